import { parseArgs } from 'node:util';
import { runScenarios } from './runner.js';

// npm run test:faults -- [--only F1,F3] [--seed N] [--size small|full] [--minutes N] [--rest SECONDS] [--json FILE] [--markdown FILE]
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seed: { type: 'string' },
    size: { type: 'string', default: 'full' },
    minutes: { type: 'string' },
    rest: { type: 'string' },
    json: { type: 'string' },
    markdown: { type: 'string' },
  },
});

const seed = values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : Number(values.seed);
process.exitCode = (await runScenarios({
  seed,
  size: values.size === 'small' ? 'small' : 'full',
  ...(values.only !== undefined && { only: values.only.split(',') }),
  ...(values.minutes !== undefined && { minutes: Number(values.minutes) }),
  ...(values.rest !== undefined && { rest: Number(values.rest) }),
  ...(values.json !== undefined && { json: values.json }),
  ...(values.markdown !== undefined && { markdown: values.markdown }),
}))
  ? 0
  : 1;
process.exit();
