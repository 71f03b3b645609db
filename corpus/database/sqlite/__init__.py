"""Django's SQLite engine with the settings that keep acknowledged writes and many writers safe."""
