"""What every section of `office.yml` is: known keys only, frozen values."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Positive = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class Section(BaseModel):
    """A section, or a part of one."""

    model_config = ConfigDict(extra="forbid", frozen=True)
