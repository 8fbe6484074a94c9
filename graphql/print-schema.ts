import { readFileSync, writeFileSync } from 'node:fs';
import { resolvers } from './resolvers.js';
import { buildGraphqlSchema, schemaText } from './schema.js';

/**
 * Writes the committed schema, or with `--check` compares it and exits 1 when it is stale. Run it from the project
 * root: the file belongs to the sources, wherever this was compiled to.
 */
const SCHEMA_FILE = 'graphql/schema.graphql';

const text = schemaText(buildGraphqlSchema(resolvers));

if (!process.argv.includes('--check')) {
  writeFileSync(SCHEMA_FILE, text);
  process.stdout.write(`${SCHEMA_FILE} written\n`);
} else if (read(SCHEMA_FILE) !== text) {
  process.stderr.write(
    `${SCHEMA_FILE} is stale. Print the schema again without --check and commit the file.\n`,
  );
  process.exitCode = 1;
}

/** The committed text, or undefined when the file does not exist yet. */
function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
