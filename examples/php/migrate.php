<?php
// Once a release, before its first request. Running it again changes nothing.
declare(strict_types=1);

$dsn = sprintf('mysql:host=%s;port=%s;dbname=%s', getenv('DATABASE_HOST'), getenv('DATABASE_PORT'), getenv('DATABASE_NAME'));
$database = new PDO($dsn, getenv('DATABASE_USER'), getenv('DATABASE_PASSWORD'), [
    PDO::MYSQL_ATTR_SSL_CA => getenv('DATABASE_CA'),
]);
$database->exec('CREATE TABLE IF NOT EXISTS visits (
    id BIGINT AUTO_INCREMENT PRIMARY KEY,
    host VARCHAR(64) NOT NULL,
    at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
)');
echo "visits is there\n";
