/**
 * Loaded into `twilio-run` before anything else: ends it when the process that started it is gone, however that came
 * about, and removes its folder. Standard input is a pipe from that process, which the system closes.
 */
const { rmSync } = require('node:fs');

const folder = process.env.LOCAL_TWILIO_FOLDER;
delete process.env.LOCAL_TWILIO_FOLDER;

function end() {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  process.exit(1);
}

// A process of its own for one request has a channel to twilio-run instead.
if (process.send) process.on('disconnect', end);
else process.stdin.on('end', end).on('error', end).resume();
