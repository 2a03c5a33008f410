/**
 * Loaded into `twilio-run` before anything else: ends it when the process that started it is gone, however that came
 * about. Standard input is a pipe from that process, which the system closes.
 */
if (!process.send) {
  process.stdin.on('end', () => process.exit(1)).on('error', () => process.exit(1));
  process.stdin.resume();
}
