import { globSync, readFileSync } from 'node:fs';
import { type ModuleItem, parseSync, type Span } from '@swc/core';

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
  expect(silent.map(({ file, declaration }) => `${file}#${nameOf(declaration)}`)).toEqual([]);
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
