"""A store that an older adapter has written is brought forward, and what was kept in it stays."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, create_engine, insert, select, text

from adapter.delivery import migrations
from adapter.delivery.database import open_database
from adapter.delivery.outbox import Outbox
from adapter.delivery.store_table import METADATA
from adapter.issues import SetupError
from tests.delivery.ground import bench, encounter_document, outlet, stored_documents
from tests.delivery.test_upkeep import Taker

FOLDER = Path(str(migrations.__file__)).parent
REVISIONS = [script.revision for script in reversed(list(ScriptDirectory(str(FOLDER)).walk_revisions()))]


@pytest.fixture
def engine(store_address: str) -> Iterator[Engine]:
    opened = create_engine(store_address.replace("postgresql://", "postgresql+psycopg://"))
    yield opened
    opened.dispose()


def bring_to(engine: Engine, revision: str) -> None:
    """Make a store as the adapter of a revision made it."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def test_migrations_make_the_tables_that_the_code_has(store_address: str) -> None:
    opened = open_database(store_address)

    with opened.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    opened.dispose()


def copy_rows(source: Engine, target: Engine) -> None:
    """Put all rows of a store into an older one, as far as that has columns for them."""
    older = MetaData()
    older.reflect(target)
    with source.connect() as reading, target.begin() as writing:
        for table in (table for table in older.sorted_tables if table.name in METADATA.tables):
            columns = [METADATA.tables[table.name].c[column.name] for column in table.columns]
            for row in reading.execute(select(*columns)).mappings():
                writing.execute(insert(table).values(**row))


def test_an_older_store_is_brought_forward_with_all_that_it_holds(store_address: str, engine: Engine, tmp_path: Path) -> None:
    with bench(f"sqlite:///{tmp_path}/newest.db", outlet(Taker())) as desk:
        accepted = desk.post(encounter_document(1))
        desk.run()
        bring_to(engine, REVISIONS[0])
        copy_rows(desk.store.engine, engine)

    with bench(store_address) as desk, desk.store.reading() as reading:
        (kept,) = stored_documents(desk.store, reading, accepted.encounter)
        assert kept.document == encounter_document(1)
        assert Outbox(desk.store).counted(reading, "delivered") == {"clinical": 1}
        assert reading.execute(text("SELECT version_num FROM alembic_version")).scalar() == REVISIONS[-1]


def test_a_store_that_a_newer_adapter_has_written_is_left_alone(store_address: str, engine: Engine) -> None:
    bring_to(engine, "head")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(SetupError, match="newer adapter"):
        open_database(store_address)
