<?php
// Receives what Mahakam delivers (Standard Webhooks) and appends each message to a file, in order. It needs no
// extension. Put it behind HTTPS; to try it:
//
//     MAHAKAM_SECRET=whsec_... MAHAKAM_FOLDER=/var/lib/mahakam php -S 127.0.0.1:8090 receive.php
//
// While the secret is exchanged, MAHAKAM_SECRET holds both, separated by a space. Your own program works through
// the .ndjson of a dataset, one message a line; it skips changes whose seq it has had. The folder must not be served.
declare(strict_types=1);

const TOLERANCE = 300; // seconds: what was signed earlier or later may be an old message sent by somebody else

/** Ends the request. */
function finish(int $status): never
{
    http_response_code($status);
    exit;
}

/** Whether the message was signed with one of the secrets, a moment ago. */
function is_genuine(string $id, string $at, string $signatures, string $body): bool
{
    if (!ctype_digit($at) || abs(time() - (int) $at) > TOLERANCE) {
        return false;
    }
    $genuine = false;
    foreach (explode(' ', trim((string) getenv('MAHAKAM_SECRET'))) as $secret) {
        $key = base64_decode(preg_replace('/^whsec_/', '', $secret), true);
        if ($key === false || $key === '') {
            continue;
        }
        $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$at.$body", $key, true));
        foreach (explode(' ', $signatures) as $given) {
            // Compared in constant time, every pair.
            $genuine = hash_equals($expected, $given) || $genuine;
        }
    }
    return $genuine;
}

/** Stores a message; taken twice, it changes nothing. Returns a status. */
function take(string $folder, array $message, string $body): int
{
    $lock = fopen("$folder/lock", 'c');
    if ($lock === false || !flock($lock, LOCK_EX)) {
        return 503;
    }
    // What was stored last: the dataset's feed and seq, and how long the file was then.
    $name = "$folder/" . rawurlencode($message['dataset']);
    $text = is_file("$name.json") ? file_get_contents("$name.json") : false;
    $known = $text === false ? null : json_decode($text, true, 8, JSON_THROW_ON_ERROR);
    if ($message['type'] === 'changes' && $known !== null && $known['feed'] === $message['feed']) {
        if ($message['since'] > $known['seq']) {
            return 409; // Something is missing here: have it replayed from the seq in the .json.
        }
        if ($message['next'] <= $known['seq']) {
            return 204; // All of it is here already.
        }
    }
    if (!in_array($message['type'], ['changes', 'feed.reset'], true)) {
        return 204; // A kind of message from later days.
    }
    // A line that was not finished before a crash is cut off; the message is written as it came, so that
    // numbers keep their digits.
    $file = fopen("$name.ndjson", 'c');
    $length = $known['length'] ?? 0;
    $line = $body . "\n";
    if ($file === false || !ftruncate($file, $length) || fseek($file, $length) !== 0
        || fwrite($file, $line) !== strlen($line) || !fflush($file) || !fsync($file)) {
        return 503;
    }
    $position = ['feed' => $message['feed'], 'seq' => $message['next'], 'length' => $length + strlen($line)];
    $new = fopen("$name.new", 'w');
    $stored = $new !== false && fwrite($new, json_encode($position, JSON_THROW_ON_ERROR)) !== false
        && fflush($new) && fsync($new) && rename("$name.new", "$name.json");
    return $stored ? 204 : 503;
}

if ($_SERVER['REQUEST_METHOD'] !== 'POST') {
    header('Allow: POST');
    finish(405);
}
$body = (string) file_get_contents('php://input');
$field = fn (string $name): string => (string) ($_SERVER["HTTP_WEBHOOK_$name"] ?? '');
if (!is_genuine($field('ID'), $field('TIMESTAMP'), $field('SIGNATURE'), $body)) {
    finish(401);
}
$folder = (string) getenv('MAHAKAM_FOLDER');
if (!is_dir($folder)) {
    finish(503);
}
// 2xx only when it is stored: otherwise the hub must send it again.
finish(take($folder, json_decode($body, true, 512, JSON_THROW_ON_ERROR), $body));
