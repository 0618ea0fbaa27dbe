"""Who runs, from which commit, with which release of rnnlab."""

from __future__ import annotations

import getpass
import os
import subprocess
from importlib import metadata
from pathlib import Path

from rnnlab.track.uri import mask_password

__all__ = ["git_tags", "installed_version", "user_name"]

_SECONDS = 10


def git_tags(folder: Path) -> dict[str, str]:
    """Return MLflow's tags for the commit that `folder` stands on; none where there is no git."""
    commit = _git(folder, "rev-parse", "HEAD")
    if commit is None:
        return {}
    found = {
        "commit": commit,
        "branch": _git(folder, "branch", "--show-current"),
        "repoURL": mask_password(_git(folder, "config", "--get", "remote.origin.url") or ""),
    }
    changes = _git(folder, "status", "--porcelain")
    if changes is not None:
        found["dirty"] = "true" if changes else "false"
    return {f"mlflow.source.git.{key}": value for key, value in found.items() if value}


def _git(folder: Path, *arguments: str) -> str | None:
    command = ["git", "-C", str(folder), "-c", "core.fsmonitor=false", *arguments]
    try:
        answer = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
            env=os.environ | {"GIT_OPTIONAL_LOCKS": "0"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None


def user_name() -> str:
    """Return who runs this; `unknown` in a container that has no such user."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def installed_version(*distributions: str) -> str | None:
    """Return the release of the first of these distributions that is installed, or None."""
    for distribution in distributions:
        try:
            return metadata.version(distribution)
        except metadata.PackageNotFoundError:
            continue
    return None
