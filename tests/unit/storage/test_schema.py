"""The schema is described three times (tables, migrations, head.sql); these tests keep the three the same."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from crawler.errors import StoreError
from storage import chain, promises, rows, schema
from storage.sqlite import SqliteDatabase
from storage.store import BUSY_TIMEOUT, open_store
from storage.tables import METADATA

SECOND = """
from alembic import op
import sqlalchemy as sa

revision = "9999"
down_revision = "{head}"


def upgrade():
    with op.batch_alter_table("article") as batch:
        batch.add_column(sa.Column("mood", sa.String(), nullable=True))
    {trouble}
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "gazette.db"


@pytest.fixture
def database(path):
    opened = SqliteDatabase(path, busy_timeout=BUSY_TIMEOUT)
    yield opened
    opened.close()


def make_scripts(folder: Path, trouble: str = "") -> Path:
    """The migrations of a Gazette that is one revision ahead."""
    scripts = folder / "migrations"
    (scripts / "versions").mkdir(parents=True)
    for name in (
        "env.py",
        "script.py.mako",
        *(f"versions/{file.name}" for file in schema.SCRIPTS.glob("versions/*.py")),
    ):
        (scripts / name).write_text((schema.SCRIPTS / name).read_text())
    (scripts / "versions" / "9999_second.py").write_text(SECOND.format(head=schema.HEAD, trouble=trouble))
    return scripts


def test_head_is_the_newest_migration():
    config = Config()
    config.set_main_option("script_location", str(schema.SCRIPTS))
    assert ScriptDirectory.from_config(config).get_heads() == [schema.HEAD]


def test_head_sql_is_what_the_migrations_come_to():
    assert (schema.SCRIPTS / "head.sql").read_text() == schema.render_head(), "run `python -m storage.schema`"


def test_migrations_come_to_the_tables(database):
    schema.upgrade(database, "")
    engine = schema.build_engine(database, "")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_a_downgrade_leaves_an_empty_database(database):
    from alembic import command

    schema.upgrade(database, "")
    engine = schema.build_engine(database, "")
    config = schema._config(schema.SCRIPTS)
    config.attributes["engine"] = engine
    command.downgrade(config, "base")
    engine.dispose()
    assert database.fetch("SELECT count(*) FROM alembic_version") == [(0,)]
    assert database.fetch("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'") == [
        ("alembic_version",)
    ]


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("source_state", rows.SOURCE_STATE),
        ("article", rows.ARTICLE),
        ("revision", rows.REVISION),
        ("observation", chain.OBSERVATION),
        ("change", ("seq", *rows.CHANGE)),
        ("incident", rows.INCIDENT),
        ("delivery", (*rows.DELIVERY, "lease_until", "slot_at")),
        ("sign", rows.SIGN),
        ("delivery_event", promises.DELIVERY_EVENT),
    ],
)
def test_rows_know_every_column_of_their_table(table, columns):
    assert set(columns) == {column.name for column in METADATA.tables[table].columns}


def test_an_older_database_is_backed_up_and_upgraded_with_its_content(path, tmp_path):
    with open_store(f"sqlite:///{path}") as store:
        store.disable_channel("hook", "410")
        created = schema.ensure_schema(store.database, "", head="9999", scripts=make_scripts(tmp_path))
        assert not created
        assert "mood" in {row[1] for row in store.database.fetch("PRAGMA table_info(article)")}
        assert store.disabled_channels() == {"hook": "410"}
        assert store.database.fetch("SELECT version_num FROM alembic_version") == [("9999",)]
    with open_store(f"sqlite:///{path}.before-9999.bak") as backup:
        assert backup.disabled_channels() == {"hook": "410"}


def test_a_failed_upgrade_leaves_the_database_as_it_was(path, tmp_path):
    scripts = make_scripts(tmp_path, trouble='op.execute("DROP TABLE nonsense")')
    with open_store(f"sqlite:///{path}") as store:
        store.disable_channel("hook", "410")
        with pytest.raises(StoreError, match="nonsense"):
            schema.ensure_schema(store.database, "", head="9999", scripts=scripts)
        assert "mood" not in {row[1] for row in store.database.fetch("PRAGMA table_info(article)")}
    with open_store(f"sqlite:///{path}") as store:
        assert store.disabled_channels() == {"hook": "410"}


def test_no_upgrade_without_a_backup(path, tmp_path):
    with open_store(f"sqlite:///{path}") as store:
        path.with_name("gazette.db.before-9999.bak").mkdir()
        with pytest.raises(StoreError, match="no backup could be made"):
            schema.ensure_schema(store.database, "", head="9999", scripts=make_scripts(tmp_path))
        assert store.database.fetch("SELECT version_num FROM alembic_version") == [(schema.HEAD,)]


def test_an_up_to_date_database_is_opened_without_sqlalchemy(path):
    import subprocess
    import sys

    open_store(f"sqlite:///{path}").close()
    script = (
        "import sys; from storage.store import open_store; open_store(sys.argv[1]).close(); "
        "print({'sqlalchemy', 'sqlmodel', 'alembic'} & set(sys.modules))"
    )
    root = Path(schema.__file__).parents[1]
    command = [sys.executable, "-c", script, f"sqlite:///{path}"]
    assert subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.strip() == "set()"


def test_a_new_database_and_a_migrated_one_are_equal(path, tmp_path):
    open_store(f"sqlite:///{path}").close()
    migrated = SqliteDatabase(tmp_path / "migrated.db", busy_timeout=BUSY_TIMEOUT)
    schema.upgrade(migrated, "")
    migrated.close()

    def describe(file):
        connection = sqlite3.connect(file)
        found = connection.execute("SELECT type, name, tbl_name FROM sqlite_master ORDER BY name").fetchall()
        connection.close()
        return found

    assert describe(path) == describe(tmp_path / "migrated.db")
