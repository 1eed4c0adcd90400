#!/usr/bin/env node
// @ts-check
/**
 * The dashboard as a command. All decisions before the start of the server are made by launcher.ts, in a separate
 * process that ends first: its TypeScript loader would cost the server 60 MB for its whole life.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join, resolve } from 'node:path';
import { openBrowser } from './browser.mjs';
import { isCommand } from './command-names.mjs';
import { reuseCompiledCode } from './compiled-code.mjs';
import { startDemo } from './demo.mjs';
import { announce } from './running.mjs';

const words = process.argv.slice(2);
if (isCommand(words)) {
  const { runCommand } = await import('./run-command.mjs');
  process.exit(await runCommand(words));
}
const folder = dirname(import.meta.dirname);
const launcher = fork(join(import.meta.dirname, 'launcher.ts'), words, {
  // Otherwise the loader would use the tsconfig.json of the current folder.
  cwd: folder,
  env: { ...process.env, INIT_CWD: process.env.INIT_CWD ?? process.cwd() },
  execArgv: ['--import', import.meta.resolve('tsx')],
});
process.chdir(folder);
Object.assign(process.env, { NODE_ENV: 'production' });
reuseCompiledCode(join(folder, process.env.BUILD_FOLDER || '.next'));
/** @type {import('./launcher').Plan | undefined} */
let plan;
launcher.once('message', (message) => {
  plan = /** @type {import('./launcher').Plan} */ (message);
});
const decided = Promise.all([once(launcher, 'exit'), once(launcher, 'disconnect')]);
// Most of Next is loaded while the launcher decides.
await import('next/dist/cli/next-start.js');
const [[exitCode]] = await decided;

if (plan === undefined) {
  process.exitCode = exitCode ?? 1;
} else {
  Object.assign(process.env, plan.environment);
  if (plan.demo) Object.assign(process.env, startDemo(plan));
  if (plan.browser) void openBrowser(plan.address, plan.link);
  const { PORT, HOST, INIT_CWD = '' } = plan.environment;
  const { CLAUDESWARM_ROOT, SWARM_BUNDLE, OPERATOR_KEY_FILE } = process.env;
  announce(plan.stateFolder, {
    url: plan.address,
    root: SWARM_BUNDLE ? null : (CLAUDESWARM_ROOT ?? null),
    keyFile: OPERATOR_KEY_FILE ? resolve(INIT_CWD, OPERATOR_KEY_FILE) : null,
  });
  process.argv = [process.execPath, 'next', 'start', '-p', PORT, '-H', HOST];
  await import('next/dist/bin/next');
}
