import type {LearnedSearch} from './learn.ts';

/** What was recognised of each search, for people: a line for everything found, then what was not, and what to look at. */
export function formatReport(searches: readonly LearnedSearch[]): string {
	return searches.map(({kind, title, draft}) => {
		const width = Math.max(...draft.lines.map(([label]) => label.length), 'not found'.length);
		const line = (label: string, text: string) => `  ${label.padEnd(width)}   ${text}`;
		const count = draft.members.length;
		return [
			`${kind} search: ${title}${count > 1 ? ` (${count} requests)` : ''}`,
			...order.flatMap(label => draft.lines.filter(([own]) => own === label)).map(([label, text]) => line(label, text)),
			...(draft.unknown.length === 0 ? [] : [line('not found', draft.unknown.join(', '))]),
			...draft.notes.map(note => line('note', note)),
			'',
		].join('\n');
	}).join('\n');
}

const order = ['time range', 'paging', 'page size', 'app id', 'filters', 'rows', 'row id', 'row time', 'total', 'more', 'success', 'expired session', 'as recorded'];
