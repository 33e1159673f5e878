<?php
// Counts its visits in the database. Whatever is no file comes here.
declare(strict_types=1);

const VERSION = '1';

function connect(): PDO
{
    $host = getenv('DATABASE_HOST');
    $dsn = sprintf('mysql:host=%s;port=%s;dbname=%s', $host, getenv('DATABASE_PORT'), getenv('DATABASE_NAME'));
    return new PDO($dsn, getenv('DATABASE_USER'), getenv('DATABASE_PASSWORD'), [
        PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
        PDO::ATTR_TIMEOUT => 2,
        PDO::MYSQL_ATTR_SSL_CA => getenv('DATABASE_CA'),
    ]);
}

$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
$database = connect();
if ($path === '/healthz') {
    $database->query('SELECT 1');
    exit("ok\n");
}
$name = gethostname();
$database->prepare('INSERT INTO visits (host) VALUES (?)')->execute([$name]);
$visits = $database->query('SELECT COUNT(*) FROM visits')->fetchColumn();
?>
<!doctype html>
<link rel="stylesheet" href="/assets/style.css">
<p>Version <?= VERSION ?>, from <?= htmlspecialchars($name) ?>: visit <?= $visits ?>.</p>
