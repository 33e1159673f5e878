"""A WSGI application: counts its visits in the database."""

import os
import ssl
from urllib.parse import urlsplit

import pymysql

VERSION = "1"


def connect():
    url = urlsplit(os.environ["DATABASE_URL"])
    return pymysql.connect(
        host=url.hostname,
        port=url.port,
        user=url.username,
        password=url.password,
        database=url.path.lstrip("/"),
        autocommit=True,
        connect_timeout=2,
        ssl=ssl.create_default_context(cafile=os.environ["DATABASE_CA"]),
    )


def visit():
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO visits (host) VALUES (%s)", (os.environ["SERVER_NAME"],))
        cursor.execute("SELECT COUNT(*) FROM visits")
        return cursor.fetchone()[0]


def healthy():
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def application(environ, start_response):
    if environ["PATH_INFO"] == "/healthz":
        healthy()
        body = "ok\n"
    else:
        name = os.environ["SERVER_NAME"]
        body = f'<!doctype html>\n<link rel="stylesheet" href="/assets/style.css">\n'
        body += f"<p>Version {VERSION}, from {name}: visit {visit()}.</p>\n"
    content = body.encode()
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(content)))]
    start_response("200 OK", headers)
    return [content]
