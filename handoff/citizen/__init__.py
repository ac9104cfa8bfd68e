"""The citizen's own pages, behind signed links: ratings and surveys. No login, no script."""
