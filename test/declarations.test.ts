import { globSync, readFileSync } from 'node:fs';
import { type ModuleItem, parseSync, type Span } from '@swc/core';

/** Exported without a word. Whoever documents one of them takes it off this list; nothing is ever added. */
const SILENT: readonly string[] = [
  'graphql/group.graphql.ts#ObjectPattern',
  'graphql/provisioning-log.graphql.ts#ObjectPattern',
  'graphql/server.ts#GraphqlOptions',
  'graphql/user.graphql.ts#ObjectPattern',
  'src/cli/org.ts#orgCreate',
  'src/cli/scim.ts#scimConnect',
  'src/cli/simulator/client.ts#isResource',
  'src/cli/simulator/dialect.ts#patch',
  'src/cli/simulator/dialect.ts#formatted',
  'src/cli/simulator/entra.ts#ENTRA_HABITS',
  'src/cli/simulator/names.ts#CULTURES',
  'src/cli/simulator/names.ts#TITLES',
  'src/cli/simulator/names.ts#DEPARTMENTS',
  'src/cli/simulator/okta.ts#OKTA_HABITS',
  'src/cli/simulator/onelogin.ts#ONELOGIN_HABITS',
  'src/cli/simulator/providers.ts#ENTRA_SHAPES',
  'src/cli/token.ts#tokenCreate',
  'src/directory/group-rows.ts#toGroupRecord',
  'src/directory/pages.ts#count',
  'src/directory/provision-group.ts#groupNameTaken',
  'src/directory/update-provisioned-user.ts#requireVersion',
  'src/directory/user-input.ts#UserChangeInput',
  'src/directory/user-input.ts#displayNameSchema',
  'src/directory/user-input.ts#groupExternalIdSchema',
  'src/directory/user-input.ts#MembersChangeInput',
  'src/embedded/binaries.ts#program',
  'src/embedded/state.ts#newState',
  'src/embedded/state.ts#readState',
  'src/kernel/email-address.ts#EmailAddress',
  'src/kernel/operation.ts#Operation',
  'src/kernel/permissions.ts#ROLE_PERMISSIONS',
  'src/kernel/secrets.ts#hashSecret',
  'src/scim/errors.ts#WIRE',
  'src/scim/group-resource.ts#tooManyMembers',
  'src/scim/json-input.ts#isJsonObject',
  'src/scim/patch-path.ts#invalidPath',
  'src/scim/patch-value.ts#isReadOnly',
  'src/scim/patch-value.ts#elementsOf',
];

type Exported = Extract<ModuleItem, { type: 'ExportDeclaration' }>['declaration'];

interface Declared {
  file: string;
  declaration: Exported;
  /** The source above the declaration, or above a part of it, without the white space in between. */
  above(part?: Span): string;
}

/** What the files export by declaring it. */
const exportsOf = (pattern: string): Declared[] =>
  globSync(pattern)
    .sort()
    .flatMap((file) => {
      const text = readFileSync(file, 'utf8');
      // The parser counts bytes, from one.
      const bytes = Buffer.from(text);
      const above = ({ start }: Span) =>
        bytes
          .subarray(0, start - 1)
          .toString('utf8')
          .trimEnd();
      const { body } = parseSync(text, { syntax: 'typescript', decorators: true, target: 'es2023' });
      return body.flatMap((item) => {
        if (item.type !== 'ExportDeclaration') return [];
        const { declaration, span } = item;
        const [decorator] = declaration.type === 'ClassDeclaration' ? (declaration.decorators ?? []) : [];
        const first = decorator && decorator.span.start < span.start ? decorator.span : span;
        return [{ file, declaration, above: (part: Span = first) => above(part) }];
      });
    });

function nameOf(declaration: Exported): string {
  if (declaration.type === 'VariableDeclaration') {
    return declaration.declarations.map(({ id }) => (id.type === 'Identifier' ? id.value : id.type)).join();
  }
  const id = 'identifier' in declaration ? declaration.identifier : declaration.id;
  return id.value;
}

const isDocumented = (text: string): boolean => text.endsWith('*/');

/** Descriptions in decorators, fields with types, and lists of words say what they are. */
function speaksForItself({ declaration, above }: Declared): boolean {
  switch (declaration.type) {
    case 'ClassDeclaration':
      return (declaration.decorators ?? []).length > 0;
    case 'TsInterfaceDeclaration':
      return declaration.body.body.every(
        (member) => member.type === 'TsPropertySignature' || isDocumented(above(member.span)),
      );
    case 'VariableDeclaration':
      return declaration.declarations.every(({ init }) =>
        ['TsConstAssertion', 'StringLiteral'].includes(init?.type ?? ''),
      );
    default:
      return declaration.type === 'TsTypeAliasDeclaration';
  }
}

it('everything exported says what it ensures', () => {
  const all = exportsOf('{src,graphql,workers}/**/*.ts');
  const silent = all.filter((one) => !isDocumented(one.above()) && !speaksForItself(one));
  expect(silent.map(({ file, declaration }) => `${file}#${nameOf(declaration)}`)).toEqual(SILENT);
  expect(all.length).toBeGreaterThan(300);
});

it('a GraphQL resolver is one return statement, or names one value before it', () => {
  const methods = exportsOf('graphql/*.resolver.ts')
    .flatMap(({ declaration }) => (declaration.type === 'ClassDeclaration' ? declaration.body : []))
    .flatMap((member) => (member.type === 'ClassMethod' ? [member] : []))
    .map(({ key, function: { body } }) => ({
      name: key.type === 'Identifier' ? key.value : key.type,
      statements: (body?.stmts ?? []).map(({ type }) => type).join(' '),
    }));
  expect(
    methods.filter(({ statements }) => !/^(VariableDeclaration )?ReturnStatement$/.test(statements)),
  ).toEqual([]);
  expect(methods.length).toBeGreaterThan(25);
});
