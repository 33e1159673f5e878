# Counts its visits in the database. It stands for anything that listens on $HOST:$PORT.
require "mysql2"
require "webrick"

VERSION = "1"

def connect
  Mysql2::Client.new(
    host: ENV["DATABASE_HOST"], port: ENV["DATABASE_PORT"].to_i, database: ENV["DATABASE_NAME"],
    username: ENV["DATABASE_USER"], password: ENV["DATABASE_PASSWORD"],
    sslca: ENV["DATABASE_CA"], connect_timeout: 2
  )
end

def with_database
  database = connect
  yield database
ensure
  database&.close
end

server = WEBrick::HTTPServer.new(BindAddress: ENV["HOST"], Port: ENV["PORT"].to_i, AccessLog: [])

server.mount_proc "/healthz" do |_, response|
  with_database { |database| database.query("SELECT 1") }
  response.body = "ok\n"
end

server.mount_proc "/" do |_, response|
  name = ENV["SERVER_NAME"]
  visits = with_database do |database|
    database.prepare("INSERT INTO visits (host) VALUES (?)").execute(name)
    database.query("SELECT COUNT(*) AS visits FROM visits").first["visits"]
  end
  response["Content-Type"] = "text/html; charset=utf-8"
  response.body = <<~HTML
    <!doctype html>
    <link rel="stylesheet" href="/assets/style.css">
    <p>Version #{VERSION}, from #{name}: visit #{visits}.</p>
  HTML
end

trap("TERM") { server.shutdown }
server.start
