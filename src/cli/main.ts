#!/usr/bin/env node
// Nothing is imported before the version is known to be right: an older Node fails on the imports themselves,
// with words that help nobody.
const NEEDED_MAJOR = 24;

if (Number(process.versions.node.split('.')[0]) < NEEDED_MAJOR) {
  const error = {
    code: 'GV_NODE_VERSION',
    message: `Gavotte needs Node ${NEEDED_MAJOR} or newer; this is ${process.version}`,
    recovery: 'correctable',
    fix: `Install Node ${NEEDED_MAJOR}, or run \`npx gavotte\`, which brings one along.`,
  };
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ error })}\n`);
  else process.stderr.write(`${error.message}.\n${error.fix}\n`);
  process.exitCode = 1;
} else {
  const { runProcess } = await import('./process.ts');
  await runProcess();
}
