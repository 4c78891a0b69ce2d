/**
 * The body of a kernel is JavaScript on the host and is translated to WGSL, GLSL and WebAssembly elsewhere. This rule holds every `body` given to
 * `defKernel` to the part of the language that means the same in all of them. `docs/kernel-dialect.md` says why, point by point; its headings are the ids below.
 *
 * @typedef {Parameters<import('eslint').SourceCode['getScope']>[0]} Node
 */

/**
 * @template {string} T
 * @typedef {Extract<Node, { type: T }>} Of
 */

/** Functions of Math that every engine has, and how many arguments each takes. */
const MATH = new Map([['abs', 1], ['floor', 1], ['sqrt', 1], ['exp', 1], ['log', 1], ['tanh', 1], ['pow', 2], ['min', 2], ['max', 2]]);
const OPERATORS = new Set(['+', '-', '*', '/', '<', '<=', '>', '>=', '===', '!==', '&&', '||', '!']);
const ASSIGNMENTS = new Set(['=', '+=', '-=', '*=', '/=']);
/** An index in three brackets at most, because WGSL and GLSL kernels read a fourth as if it were not there. */
const MOST_INDICES = 3;

/** @type {import('eslint').Rule.RuleModule} */
export const kernelDialect = {
  meta: {
    type: 'problem',
    docs: { description: 'keep kernel bodies to the language that all devices share', url: 'docs/kernel-dialect.md' },
    schema: [],
    messages: {
      'plain-function': 'A kernel body is a plain `function (this: KernelThread, …) { … }` written in the definition: its text is what the devices compile.',
      parameters: 'Parameters are plain names: no defaults, rest or destructuring.',
      'free-name': '`{{name}}` comes from outside the body, where devices and bundlers lose it. Hand it over as an input, a scalar, or a whole number in `constants`.',
      this: 'Of `this` a body may read `this.thread.x`, `.y`, `.z` and `this.constants.NAME`.',
      loop: 'A loop is `for (let i = 0; i < N; i++)` with N a whole number or `this.constants.NAME`; anything else is cut short after 1000 rounds without a word.',
      variable: 'Declare with `const` or `let`, one plain name and a first value each (`let sum = 0;`).',
      assignment: 'An assignment is a statement of its own to a variable of the body, by = += -= *= or /=; never to a parameter, an index or a loop counter.',
      index: 'Index a parameter, all brackets at once and at most three of them, with no Math.min or Math.max in them: `x[z][y][x]`.',
      division: 'Division is not exact on GPUs: decode whole numbers with `Math.floor((a + 0.5) / b)`.',
      operator: '`{{operator}}` does not mean the same on every device; use + - * / and comparisons by < <= > >= === !==.',
      math: '`Math.{{name}}` is not there on every device; there are abs, floor, sqrt, min, max, exp, log, pow and tanh.',
      'math-arguments': '`Math.{{name}}` takes exactly {{count}} here.',
      random: 'Random numbers differ from device to device: draw them with a RandomStream and hand them over as an input.',
      return: 'A body returns one number, or an array of exactly four numbers written in the return.',
      number: 'Write a number as plain decimal digits: `{{text}}` does not survive translation.',
      syntax: '`{{type}}` is not part of the kernel dialect.',
    },
  },

  create(context) {
    const { sourceCode } = context;
    return {
      CallExpression(call) {
        if (call.callee.type !== 'Identifier' || call.callee.name !== 'defKernel') return;
        const [definition] = call.arguments;
        const parts = definition?.type === 'ObjectExpression' ? definition.properties : [];
        const body = parts.find(isBody);
        // A body taken over from another definition is checked where it is written.
        if (!body && parts.some(({ type }) => type === 'SpreadElement')) return;
        if (body?.type !== 'Property' || body.method || body.value.type !== 'FunctionExpression' || body.value.async || body.value.generator) {
          context.report({ node: body ?? definition ?? call, messageId: 'plain-function' });
          return;
        }
        checkBody(body.value);
      },
    };

    /** @param {Of<'FunctionExpression'>} body */
    function checkBody(body) {
      /** @type {Set<string>} */
      const parameters = new Set();
      /** @type {Set<string>} */
      const counters = new Set();

      for (const parameter of body.params) {
        if (parameter.type === 'Identifier') parameters.add(parameter.name);
        else report(parameter, 'parameters');
      }
      for (const { identifier, isValueReference } of /** @type {any[]} */ (sourceCode.getScope(body).through)) {
        if (isValueReference !== false && identifier.name !== 'Math') report(identifier, 'free-name', { name: identifier.name });
      }
      body.body.body.forEach(statement);

      /**
       * @param {Node} node
       * @param {string} messageId
       * @param {Record<string, string>} [data]
       */
      function report(node, messageId, data) {
        context.report({ node, messageId, data });
      }

      /** @param {Node} node */
      function statement(node) {
        switch (node.type) {
          case 'BlockStatement':
            node.body.forEach(statement);
            return;
          case 'VariableDeclaration':
            if (node.kind !== 'const' && node.kind !== 'let') report(node, 'variable');
            for (const { id, init } of node.declarations) {
              if (id.type !== 'Identifier' || !init) report(id, 'variable');
              else expression(init);
            }
            return;
          case 'IfStatement':
            expression(node.test);
            statement(node.consequent);
            if (node.alternate) statement(node.alternate);
            return;
          case 'ForStatement':
            loop(node);
            return;
          case 'ReturnStatement':
            if (!node.argument) report(node, 'return');
            else if (node.argument.type !== 'ArrayExpression') expression(node.argument);
            else if (node.argument.elements.length !== 4) report(node, 'return');
            else node.argument.elements.forEach((element) => element && expression(element));
            return;
          case 'ExpressionStatement':
            if (node.expression.type === 'AssignmentExpression') assignment(node.expression);
            else expression(node.expression);
            return;
          case 'BreakStatement':
          case 'ContinueStatement':
            if (node.label) report(node, 'syntax', { type: 'label' });
            return;
          case 'WhileStatement':
          case 'DoWhileStatement':
          case 'ForOfStatement':
          case 'ForInStatement':
            report(node, 'loop');
            return;
          default:
            report(node, 'syntax', { type: node.type });
        }
      }

      /** @param {Of<'ForStatement'>} node */
      function loop({ init, test, update, body: rounds }) {
        const counter = init?.type === 'VariableDeclaration' && init.kind === 'let' && init.declarations.length === 1 ? init.declarations[0] : undefined;
        if (counter?.id.type !== 'Identifier' || !isLiteral(counter.init, (value) => value === 0)) {
          report(init ?? rounds, 'loop');
          return;
        }
        const { name } = counter.id;
        const counts = update?.type === 'UpdateExpression' && update.operator === '++' && !update.prefix && isName(update.argument, name);
        const bounded = test?.type === 'BinaryExpression' && test.operator === '<' && isName(test.left, name) && (isLiteral(test.right, Number.isInteger) || isConstant(test.right));
        if (!bounded) report(test ?? rounds, 'loop');
        if (!counts) report(update ?? rounds, 'loop');
        counters.add(name);
        statement(rounds);
        counters.delete(name);
      }

      /** @param {Of<'AssignmentExpression'>} node */
      function assignment(node) {
        const own = node.left.type === 'Identifier' && !parameters.has(node.left.name) && !counters.has(node.left.name);
        if (!own || !ASSIGNMENTS.has(node.operator)) report(node, 'assignment');
        expression(node.right);
      }

      /** @param {Node} node */
      function expression(node) {
        switch (node.type) {
          case 'Identifier':
            return;
          case 'Literal':
            if (typeof node.value !== 'number' || !/^[\d.]+(e[+-]?\d+)?$/i.test(String(node.raw))) report(node, 'number', { text: String(node.raw) });
            return;
          case 'BinaryExpression':
          case 'LogicalExpression':
            if (!OPERATORS.has(node.operator)) report(node, 'operator', { operator: node.operator });
            expression(node.left);
            expression(node.right);
            return;
          case 'UnaryExpression':
            if (!OPERATORS.has(node.operator)) report(node, 'operator', { operator: node.operator });
            expression(node.argument);
            return;
          case 'ConditionalExpression':
            [node.test, node.consequent, node.alternate].forEach(expression);
            return;
          case 'MemberExpression':
            member(node);
            return;
          case 'CallExpression':
            call(node);
            return;
          case 'AssignmentExpression':
          case 'UpdateExpression':
            report(node, 'assignment');
            return;
          case 'ThisExpression':
            report(node, 'this');
            return;
          case 'ArrayExpression':
            report(node, 'return');
            return;
          default:
            if (isTypeOnly(node)) expression(/** @type {any} */ (node).expression);
            else report(node, 'syntax', { type: node.type });
        }
      }

      /** @param {Of<'MemberExpression'>} node */
      function member(node) {
        if (node.optional) {
          report(node, 'syntax', { type: '?.' });
        } else if (node.computed) {
          index(node);
        } else if (isName(node.object, 'Math')) {
          report(node, 'math', { name: nameOf(node) });
        } else if (!isThread(node) && !isConstant(node)) {
          if (startsWithThis(node)) report(node, 'this');
          else report(node, 'syntax', { type: `.${nameOf(node)}` });
        }
      }

      /** @param {Of<'MemberExpression'>} node */
      function index(node) {
        /** @type {Node[]} */
        const indices = [];
        /** @type {Node} */
        let base = node;
        for (; base.type === 'MemberExpression' && base.computed; base = base.object) indices.push(base.property);
        if (startsWithThis(base)) {
          report(node, 'this');
          return;
        }
        if (base.type !== 'Identifier' || !parameters.has(base.name) || indices.length > MOST_INDICES) report(node, 'index');
        indices.forEach(expression);
        indices.forEach(inBrackets);
      }

      /**
       * Reports `Math.min` and `Math.max` inside an index, and every `/` that is not the argument of `Math.floor`, which {@link call} looks at.
       *
       * @param {Node} node
       */
      function inBrackets(node) {
        if (node.type === 'CallExpression') {
          if (isMath(node, 'min') || isMath(node, 'max')) report(node, 'index');
          const [argument] = node.arguments;
          if (isMath(node, 'floor') && argument && isDivision(argument)) [argument.left, argument.right].forEach(inBrackets);
          else node.arguments.forEach(inBrackets);
        } else if (node.type === 'ConditionalExpression') {
          [node.test, node.consequent, node.alternate].forEach(inBrackets);
        } else if (node.type === 'UnaryExpression') {
          inBrackets(node.argument);
        } else if (node.type === 'BinaryExpression') {
          if (node.operator === '/') report(node, 'division');
          inBrackets(node.left);
          inBrackets(node.right);
        }
      }

      /** @param {Of<'CallExpression'>} node */
      function call(node) {
        const { callee } = node;
        if (node.optional) {
          report(node, 'syntax', { type: '?.' });
          return;
        }
        if (callee.type !== 'MemberExpression' || callee.computed || !isName(callee.object, 'Math')) {
          // A free function is reported by its name already.
          if (callee.type !== 'Identifier') report(node, 'syntax', { type: 'call' });
          node.arguments.forEach(expression);
          return;
        }
        const name = nameOf(callee);
        const count = MATH.get(name);
        if (name === 'random') report(node, 'random');
        else if (count === undefined) report(node, 'math', { name });
        else if (node.arguments.length !== count) report(node, 'math-arguments', { name, count: count === 1 ? 'one argument' : `${count} arguments` });
        const [argument] = node.arguments;
        if (isMath(node, 'floor') && argument && isDivision(argument) && !isHalfUp(argument.left)) report(argument, 'division');
        node.arguments.forEach(expression);
      }
    }
  },
};

/**
 * @param {Of<'Property'> | Of<'SpreadElement'>} property
 */
function isBody(property) {
  return property.type === 'Property' && !property.computed && property.key.type === 'Identifier' && property.key.name === 'body';
}

/** @param {Of<'MemberExpression'>} node */
function nameOf({ property }) {
  return property.type === 'Identifier' ? property.name : '';
}

/**
 * @param {Node | null | undefined} node
 * @param {string} name
 */
function isName(node, name) {
  return node?.type === 'Identifier' && node.name === name;
}

/**
 * @param {Node | null | undefined} node
 * @param {(value: unknown) => boolean} holds
 */
function isLiteral(node, holds) {
  return node?.type === 'Literal' && holds(node.value);
}

/** `this.thread.x`, `.y` or `.z`. @param {Of<'MemberExpression'>} node */
function isThread(node) {
  return isFieldOfThis(node.object, 'thread') && ['x', 'y', 'z'].includes(nameOf(node));
}

/** `this.constants.NAME`. @param {Node} node */
function isConstant(node) {
  return node.type === 'MemberExpression' && !node.computed && isFieldOfThis(node.object, 'constants');
}

/**
 * @param {Node} node
 * @param {string} field
 */
function isFieldOfThis(node, field) {
  return node.type === 'MemberExpression' && !node.computed && node.object.type === 'ThisExpression' && nameOf(node) === field;
}

/** @param {Node} node @returns {boolean} */
function startsWithThis(node) {
  return node.type === 'ThisExpression' || (node.type === 'MemberExpression' && startsWithThis(node.object));
}

/**
 * @param {Node} node
 * @param {string} name
 */
function isMath(node, name) {
  return node.type === 'CallExpression' && node.callee.type === 'MemberExpression' && isName(node.callee.object, 'Math') && nameOf(node.callee) === name;
}

/** @param {Node} node @returns {node is Of<'BinaryExpression'>} */
function isDivision(node) {
  return node.type === 'BinaryExpression' && node.operator === '/';
}

/** `… + 0.5`: far enough from the next whole number that a division good to a few units in the last place lands right. @param {Node} node */
function isHalfUp(node) {
  return node.type === 'BinaryExpression' && node.operator === '+' && isLiteral(node.right, (value) => value === 0.5);
}

/** Nodes that leave no text behind: `x as number`, `x!`. @param {Node} node */
function isTypeOnly(node) {
  return ['TSAsExpression', 'TSNonNullExpression', 'TSSatisfiesExpression'].includes(/** @type {string} */ (node.type));
}
