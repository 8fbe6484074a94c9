// Loaded into the command before its own code (`node --import`): the command lives in a process group of its own, so when
// its parent is killed without a chance to pass anything on (kill -9), nobody else would tell it to stop.

const POLL_MS = 500;
const parent = process.ppid;

const poll = setInterval(() => {
  if (process.ppid === parent) return;
  clearInterval(poll);
  process.kill(process.pid, 'SIGTERM');
}, POLL_MS);
poll.unref();
