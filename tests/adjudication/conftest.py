"""A team whose readings are adjudicated; imported late, once the settings are known."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def team(db: Any) -> Any:
    from tests.adjudication.team import Team

    return Team()
