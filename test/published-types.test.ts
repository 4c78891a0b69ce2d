import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { packageNames, root } from '../tools/examples.mjs';

/** What an editor reads of a package. */
function declarationsOf(name: string): ts.SourceFile {
  const path = join(root, 'packages', name, 'dist/index.d.ts');
  return ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ESNext, true);
}

/** The declarations behind the names that can be imported. */
function exported(file: ts.SourceFile): (ts.Statement & { readonly names: readonly string[] })[] {
  const clauses = file.statements.filter(ts.isExportDeclaration).flatMap(({ exportClause }) => (exportClause && ts.isNamedExports(exportClause) ? [...exportClause.elements] : []));
  const names = new Set(clauses.map(({ propertyName, name }) => (propertyName ?? name).text));
  const namesOf = (statement: ts.Statement) => {
    if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.map(({ name }) => name.getText());
    return 'name' in statement && statement.name ? [(statement.name as ts.Identifier).text] : [];
  };
  return file.statements.map((statement) => Object.assign(statement, { names: namesOf(statement) })).filter(({ names: own }) => own.some((one) => names.has(one)));
}

/** Members that inherit their comment: those of an interface, and the names of errors. */
function inherits(owner: ts.ClassDeclaration, member: ts.ClassElement): boolean {
  const clauses = owner.heritageClauses ?? [];
  return clauses.some(({ token, types }) => token === ts.SyntaxKind.ImplementsKeyword && types.some((type) => type.getText() === 'Device')) || (clauses.length > 0 && member.name?.getText() === 'name');
}

const commented = (node: ts.Node) => ts.getJSDocCommentsAndTags(node).length > 0;

describe.each(packageNames)('the types of %s', (name) => {
  const file = declarationsOf(name);

  it('know no any', () => {
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      if (node.kind === ts.SyntaxKind.AnyKeyword) found.push(node.parent.getText());
      ts.forEachChild(node, visit);
    };
    visit(file);
    expect(found).toEqual([]);
  });

  it('explain every name that can be imported', () => {
    const declarations = exported(file);
    expect(declarations.length).toBeGreaterThan(0);
    expect(declarations.filter((declaration) => !commented(declaration)).flatMap(({ names }) => names)).toEqual([]);
  });

  it('explain every member of a class', () => {
    const silent = exported(file).flatMap((declaration) => {
      if (!ts.isClassDeclaration(declaration)) return [];
      const open = declaration.members.filter(({ name: own }) => !own || !ts.isPrivateIdentifier(own));
      return open.filter((member) => !commented(member) && !inherits(declaration, member)).map((member) => `${declaration.name?.text}.${member.name?.getText() ?? 'constructor'}`);
    });
    expect(silent).toEqual([]);
  });
});
