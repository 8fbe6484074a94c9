import { DomainError } from '../../kernel/errors.js';
import type { ResourceTable } from '../attributes.js';
import { findAttribute } from '../find-attribute.js';
import type { FilterRules } from '../profile.js';
import type { Filter } from './ast.js';
import { characterAt, shown } from './refusal.js';

interface Check {
  readonly text: string;
  readonly table: ResourceTable;
  readonly rules: FilterRules;
  /** The other resources of the same search (RFC 7644 section 3.4.2.1); what only they know is theirs to judge. */
  readonly others?: readonly ResourceTable[];
}

function notSupported({ text, table, rules }: Check, offset: number, what: string): DomainError {
  const examples = rules.paths[table.name].map((rule) => rule.example).join(', ');
  const message = [
    `The filter uses ${what} at character ${characterAt(text, offset)}, which ${table.endpoint} does not answer.`,
    `What works: ${examples}, joined by ${rules.connectives.join(' or ')}.`,
  ];
  return new DomainError('NOT_SUPPORTED', message.join(' '), { field: 'filter' });
}

/**
 * Ensures that a well-formed filter uses nothing beyond a profile's rules. Throws NOT_SUPPORTED with the first part
 * that is beyond them and the list of what works (B12, B25).
 */
export function checkAllowed(filter: Filter, check: Check, element?: string): void {
  const { rules, table } = check;
  switch (filter.kind) {
    case 'and':
    case 'or':
      if (!rules.connectives.includes(filter.kind))
        throw notSupported(check, filter.offset, `'${filter.kind}'`);
      for (const operand of filter.operands) checkAllowed(operand, check, element);
      return;
    case 'not':
      if (!rules.connectives.includes('not')) throw notSupported(check, filter.offset, "'not'");
      checkAllowed(filter.operand, check, element);
      return;
    case 'element':
      checkAllowed(filter.condition, check, filter.path);
      return;
    case 'compare':
    case 'present': {
      const written = element === undefined ? filter.path : `${element}.${filter.path}`;
      const path = findAttribute(table, written)?.path;
      if (path === undefined && check.others?.some((other) => findAttribute(other, written))) return;
      const rule = rules.paths[table.name].find((one) => one.path === path);
      if (!rule || (rule.bracketsOnly && element === undefined)) {
        throw notSupported(check, filter.offset, `the attribute ${shown(written)}`);
      }
      const operator = filter.kind === 'present' ? 'pr' : filter.operator;
      if (!rules.operators.includes(operator)) {
        throw notSupported(check, filter.operatorOffset, `the operator '${operator}'`);
      }
    }
  }
}
