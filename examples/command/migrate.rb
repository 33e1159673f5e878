# Once a release, before its first request. Running it again changes nothing.
require "mysql2"

Mysql2::Client.new(
  host: ENV["DATABASE_HOST"], port: ENV["DATABASE_PORT"].to_i, database: ENV["DATABASE_NAME"],
  username: ENV["DATABASE_USER"], password: ENV["DATABASE_PASSWORD"], sslca: ENV["DATABASE_CA"]
).query(<<~SQL)
  CREATE TABLE IF NOT EXISTS visits (
    id BIGINT AUTO_INCREMENT PRIMARY KEY,
    host VARCHAR(64) NOT NULL,
    at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
  )
SQL
puts "visits is there"
