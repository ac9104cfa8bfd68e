"""Who stands behind every door. The only room that names concrete parts; a file for each thing put together.

Every process reads `core`. The rest is read by who needs it, so that each starts sooner and is smaller by
what it does not use.
"""
