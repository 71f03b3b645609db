"""The engine: pragmas at every connection, checked, and the fair turn around write transactions."""

from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

from corpus.database.sqlite.turn import Turn, turn_for

PRAGMAS = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "journal_size_limit": "67108864"}
TURN_SECONDS = 10.0


class DatabaseWrapper(base.DatabaseWrapper):
    """SQLite with write-ahead log, full synchronisation and a fair write turn."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.next_begin_is_read_only = False
        self._turn: Turn | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        for name, value in PRAGMAS.items():
            connection.execute(f"PRAGMA {name} = {value}")
        return connection

    def _start_transaction_under_autocommit(self) -> None:
        if self.next_begin_is_read_only:
            self.next_begin_is_read_only = False
            self.cursor().execute("BEGIN")
            return
        turn = turn_for(str(self.settings_dict["NAME"]))
        if not turn.take(timeout=TURN_SECONDS):
            raise OperationalError(f"Another write has held the database for {TURN_SECONDS:.0f} s; try again.")
        self._turn = turn
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._give_turn_back()
            raise

    def _give_turn_back(self) -> None:
        if self._turn is not None:
            turn, self._turn = self._turn, None
            turn.give_back()

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self._give_turn_back()  # not in a `finally`: a failed commit is followed by a rollback

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._give_turn_back()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._give_turn_back()
