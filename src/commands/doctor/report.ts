import {visibleInTable} from '../../base/visible.ts';
import {exitCodeOf, type Finding, type FindingStatus} from './finding.ts';

const symbols: Readonly<Record<FindingStatus, string>> = {ok: '✓', warning: '✓', failed: '✗', skipped: '–'};

/** The findings for people: a line each, grouped by source, with the remedy below. */
export function formatFindings(findings: readonly Finding[]): string {
	const width = Math.max(0, ...findings.map(({check}) => check.length));
	const lines = findings.flatMap((finding, index) => {
		const {source, check, status, detail, remedy} = finding;
		const heading = source === undefined || findings[index - 1]?.source === source ? [] : ['', source];
		const [first = '', ...more] = `${status === 'warning' ? 'warning: ' : ''}${detail}`.split('\n').map(visibleInTable);
		const indent = ' '.repeat(width + 4);
		return [
			...(source === undefined && index > 0 && findings[index - 1]?.source !== undefined ? [''] : heading),
			`${symbols[status]} ${check.padEnd(width)}  ${first}`,
			...more.map(line => `${indent}${line}`),
			...(remedy === undefined ? [] : [`${indent}→ ${visibleInTable(remedy)}`]),
		];
	});
	return `${lines.join('\n')}\n`;
}

/** The findings for programs: `{checks: [{source?, check, status, detail, remedy?}], exit_code}`. */
export function toJson(findings: readonly Finding[]): string {
	const checks = findings.map(({source, check, status, detail, remedy}) => ({source, check, status, detail, remedy}));
	return `${JSON.stringify({checks, exit_code: exitCodeOf(findings)}, undefined, '\t')}\n`;
}
