"""`adapter store`."""

from pathlib import Path

import click

from adapter.assembly import default_runtime
from adapter.cli.files import OutputPath
from adapter.cli.show import note
from adapter.delivery.removal import remove_all_old
from adapter.delivery.seal import new_key
from adapter.delivery.upkeep import back_up, put_back, rotate
from adapter.dispatch import opened_store, store_address

_FILE = OutputPath(dir_okay=False)


@click.group("store")
def store_commands() -> None:
    """Keep the store of documents: keys, backups, and what is removed in time (docs/delivery.md).

    \b
    Examples:
      adapter store key > store.keys
      adapter store backup monday.db
    """


@store_commands.command("key")
def key_command() -> None:
    """Print a new key for the file that ADAPTER_STORE_KEYS names.

    \b
    Examples:
      adapter store key > store.keys
    """
    click.echo(new_key().decode())


@store_commands.command("backup")
@click.argument("target", type=_FILE)
def backup_command(*, target: Path) -> None:
    """Copy the store to a new file, while the service goes on. The copy needs the same keys.

    \b
    Examples:
      adapter store backup monday.db
    """
    back_up(store_address(default_runtime().settings), target)
    note(f"written: {target}")


@store_commands.command("restore")
@click.argument("backup", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def restore_command(*, backup: Path) -> None:
    """Put a backup in the place of the store; stop the service first.

    \b
    Examples:
      adapter store restore sunday.db
    """
    put_back(backup, store_address(default_runtime().settings))
    note("restored")


@store_commands.command("rotate")
def rotate_command() -> None:
    """Encrypt all that is kept with the first key of the file; afterwards the older keys may go.

    \b
    Examples:
      adapter store rotate
    """
    store = opened_store(default_runtime().settings)
    try:
        note(f"{rotate(store)} values are encrypted with the first key")
    finally:
        store.close()


@store_commands.command("tidy")
def tidy_command() -> None:
    """Remove raw documents and cases that are older than ADAPTER_RETENTION_DAYS now; whatever delivers does so every hour.

    \b
    Examples:
      adapter store tidy
    """
    settings = default_runtime().settings
    store = opened_store(settings)
    try:
        days = settings.retention_days
        removed = remove_all_old(store, days=days) if days else 0
        note(f"of {removed} encounters documents and cases were removed")
    finally:
        store.close()
