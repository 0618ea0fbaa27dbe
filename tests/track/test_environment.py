import subprocess

from rnnlab.track.environment import git_tags, installed_version, user_name


def _git(folder, *arguments):
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


def test_a_folder_without_git_has_no_tags(tmp_path):
    assert git_tags(tmp_path) == {}


def test_the_commit_is_told_and_whether_the_folder_differs_from_it(tmp_path):
    _git(tmp_path, "init", "-b", "trunk")
    (tmp_path / "a.yaml").write_text("a: 1\n")
    _git(tmp_path, "add", ".")
    _git(tmp_path, "commit", "-m", "first")
    _git(tmp_path, "remote", "add", "origin", "https://me:secret@example.org/x")
    tags = git_tags(tmp_path)
    assert len(tags["mlflow.source.git.commit"]) == 40
    assert tags["mlflow.source.git.branch"] == "trunk"
    assert tags["mlflow.source.git.repoURL"] == "https://me:***@example.org/x"
    assert tags["mlflow.source.git.dirty"] == "false"
    (tmp_path / "a.yaml").write_text("a: 2\n")
    assert git_tags(tmp_path)["mlflow.source.git.dirty"] == "true"


def test_no_git_command_means_no_tags(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_tags(tmp_path) == {}


def test_a_user_without_a_name_is_unknown(monkeypatch):
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("os.getuid", lambda: 987654)
    assert user_name() == "unknown"


def test_the_first_installed_distribution_counts():
    assert installed_version("no-such-distribution", "numpy")
    assert installed_version("no-such-distribution") is None
