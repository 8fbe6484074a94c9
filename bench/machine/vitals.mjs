// Loaded into every measured process (`node --import`), so that all are asked the same way: answers the message 'vitals'
// with the memory it holds and how long its event loop was kept waiting, since the last question and since the message
// 'begin'. Costs two timer ticks each 10 ms; nothing of the measured program is changed.
import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 10;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
const whole = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
whole.enable();

const milliseconds = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);

process.on('message', (message) => {
  if (message !== 'vitals' && message !== 'begin') return;
  if (message === 'begin') whole.reset();
  process.send({
    [message]: {
      rss: process.memoryUsage.rss(),
      loopP99: milliseconds(delay.percentile(99)),
      wholeLoopP99: milliseconds(whole.percentile(99)),
    },
  });
  delay.reset();
});
// Whoever started it is gone, by kill -9 perhaps: nobody else would end it.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// The channel to the benchmark must not keep a program alive that wants to end.
process.channel?.unref();
