"""Once a release, before its first request. Running it again changes nothing."""

from shop import connect

TABLE = """CREATE TABLE IF NOT EXISTS visits (
    id BIGINT AUTO_INCREMENT PRIMARY KEY,
    host VARCHAR(64) NOT NULL,
    at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
)"""

with connect() as connection, connection.cursor() as cursor:
    cursor.execute(TABLE)
print("visits is there")
