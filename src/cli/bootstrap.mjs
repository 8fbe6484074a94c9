// Every npm script starts here, on whatever Node the machine has: `node src/cli/bootstrap.mjs COMMAND [ARGS...]`.
// This file alone has to be understood by a Node that is too old, so that it can say so: no static imports, no syntax
// younger than 2018. Everything else is loaded after the check. Standard output belongs to the command; we write to stderr.

var MINIMUM_MAJOR = 20;

if (Number(process.versions.node.split('.')[0]) < MINIMUM_MAJOR) {
  process.stderr.write(
    'Rollcall needs Node.js ' +
      MINIMUM_MAJOR +
      ' or newer to start, and this is ' +
      process.version +
      '. Install a current one (https://nodejs.org, or your package manager) and run the command again.\n',
  );
  process.exitCode = 1;
} else {
  import('./bootstrap-run.mjs').then((module) => module.run(process.argv[2], process.argv.slice(3)));
}
