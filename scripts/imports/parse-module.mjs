import { parseSync, visitorKeys } from 'oxc-parser';

/**
 * What the rules need to know of one TypeScript file.
 * @returns {{ path: string, imports: { specifier: string, line: number, typeOnly: boolean,
 *   dynamic: boolean, names: string[] }[], names: { name: string, line: number }[], exports:
 *   string[], types: string[], errors: string[] }} `names` are the free identifiers: those that
 *   nothing in the file declares
 */
export function parseModule(path, source) {
  const { program, module, errors } = parseSync(path, source, { lang: 'ts', sourceType: 'module' });
  const lineAt = lineNumbers(source);
  const imports = [];
  const used = new Map();
  const declared = new Set();
  const use = (name, node) => used.has(name) || used.set(name, lineAt(node.start));
  const add = (literal, node, typeOnly, dynamic) =>
    imports.push({
      specifier: typeof literal?.value === 'string' ? literal.value : null,
      line: lineAt(node.start),
      typeOnly,
      dynamic,
      names: (node.specifiers ?? [])
        .filter(({ importKind }) => importKind !== 'type')
        .map(({ imported }) => imported?.name)
        .filter(Boolean),
    });

  visit(program, null, (node, parent, key) => {
    if (node.type === 'ImportDeclaration') add(node.source, node, node.importKind === 'type', false);
    else if (node.type === 'ExportAllDeclaration' || (node.type === 'ExportNamedDeclaration' && node.source))
      add(node.source, node, node.exportKind === 'type', false);
    else if (node.type === 'ImportExpression') add(node.source, node, false, true);
    else if (node.type === 'TSImportType')
      add(node.source ?? node.argument?.literal ?? node.argument, node, true, false);
    else if (node.type === 'Identifier' && isReference(parent, key)) use(node.name, node);
    else if (node.type === 'MemberExpression' && isGlobalThis(node.object) && !node.computed)
      use(node.property.name, node);
    else if (node.type === 'VariableDeclarator' && isGlobalThis(node.init)) {
      for (const property of node.id.properties ?? []) if (property.key) use(property.key.name, property);
      return;
    }
    for (const name of declaredBy(node)) declared.add(name);
  });
  const names = [...used].filter(([name]) => !declared.has(name)).map(([name, line]) => ({ name, line }));
  const exported = module.staticExports.flatMap(({ entries }) => entries);
  const named = (entries) => entries.map((entry) => entry.exportName.name ?? 'default');
  const exports = named(exported.filter((entry) => !entry.isType));
  const types = named(exported.filter((entry) => entry.isType));
  return { path, imports, names, exports, types, errors: errors.map((error) => error.message) };
}

function visit(node, parent, enter, key = '') {
  enter(node, parent, key);
  for (const child of visitorKeys[node.type] ?? []) {
    for (const value of [node[child]].flat()) if (value?.type) visit(value, node, enter, child);
  }
}

const isGlobalThis = (node) =>
  node?.type === 'TSAsExpression'
    ? isGlobalThis(node.expression)
    : node?.type === 'Identifier' && node.name === 'globalThis';

/** The names that a declaration, a function or an import brings in. */
function declaredBy(node) {
  if (node.type === 'VariableDeclarator' || /^(Class|TSInterface|TSTypeAlias|TSEnum)/.test(node.type))
    return boundBy(node.id);
  if (node.type === 'CatchClause') return boundBy(node.param);
  if (/^Import\w*Specifier$/.test(node.type)) return boundBy(node.local);
  if (node.type === 'TSTypeParameter') return boundBy(node.name);
  return [node.id, ...(Array.isArray(node.params) ? node.params : [])].flatMap(boundBy);
}

/** The names in a binding pattern: `{ a, b: [c = 1, ...d] }` binds a, c and d. */
function boundBy(pattern) {
  switch (pattern?.type) {
    case 'Identifier':
      return [pattern.name];
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) => boundBy(property.value ?? property));
    case 'ArrayPattern':
      return pattern.elements.flatMap(boundBy);
    case 'AssignmentPattern':
      return boundBy(pattern.left);
    case 'RestElement':
      return boundBy(pattern.argument);
    default:
      return [];
  }
}

/**
 * False where the identifier is only a name: a property, a key, a label, the other side of an
 * import or export.
 */
function isReference(parent, key) {
  if (
    parent.type === 'MemberExpression' ||
    parent.type === 'Property' ||
    parent.type === 'PropertyDefinition' ||
    parent.type === 'MethodDefinition'
  ) {
    return parent.computed || (key !== 'property' && key !== 'key');
  }
  if (/^TS(PropertySignature|MethodSignature|EnumMember)$/.test(parent.type))
    return parent.computed === true || key !== 'key';
  if (parent.type === 'TSQualifiedName') return key === 'left';
  return (
    !/^(ImportSpecifier|ExportSpecifier|ImportAttribute|LabeledStatement|BreakStatement|ContinueStatement|TSNamedTupleMember)$/.test(
      parent.type,
    ) || key === 'elementType'
  );
}

function lineNumbers(source) {
  const starts = [0];
  for (let index = source.indexOf('\n'); index >= 0; index = source.indexOf('\n', index + 1)) starts.push(index + 1);
  return (offset) => starts.findLastIndex((start) => start <= offset) + 1;
}
