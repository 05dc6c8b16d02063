import {UsageError} from '../../base/errors.ts';
import {counted} from '../../base/given.ts';
import type {Draft} from './draft.ts';
import type {LearnFlags} from './flags.ts';
import {howToRecord} from './read-har.ts';
import {showUrl, type Recording} from './recording.ts';

/** The error for a recording without a search: what was in it, what came nearest, and what to do. */
export function noSearch({count, json, withoutText, misses, secrets}: Recording, {url}: LearnFlags): UsageError {
	const requests = counted(count, 'request');
	if (count === 0) return new UsageError('the recording holds no requests', {hint: howToRecord});
	if (withoutText > 0 && withoutText * 2 > count) {
		return new UsageError(`no search was found: of ${requests}, ${withoutText} were recorded without the text of their answer`, {
			hint:
				'save the recording "with content" (Chrome: Save all as HAR with content; Firefox: Save All As HAR), ' +
					'and clear the log before the search rather than after it',
		});
	}
	const nearest = [
		...new Map(
			misses.toSorted((a, b) => b.nearness - a.nearness).map(miss => [`${miss.method} ${showUrl(miss.url, secrets)}`, miss.lacks]),
		).entries(),
	].slice(0, 3);
	const lines = nearest.map(([request, lacks]) => `\n  ${request} ${lacks}`);
	const among = url === undefined ? '' : ', with the text of --url in their URL';
	return new UsageError(
		`no search was found among ${requests}${among}, ` +
			`${json} of them answered with JSON${lines.length === 0 ? '' : `. Nearest came:${lines.join('')}`}`,
		{
			hint: `${howToRecord}; or name the request with --url, and its parts with --items, --time, --since-at and --until-at`,
		},
	);
}

/** The error for searches that cannot be learned without flags: exactly those that are missing. */
export function explainMissing(
	attempts: ReadonlyArray<{readonly kind: string; readonly title: string; readonly draft: Draft}>, recording: Recording,
): UsageError {
	const lines = attempts.flatMap(({kind, title, draft}) => [
		`the ${kind} search was found (${title}), but something about it has to be told:`,
		...draft.missing.map(({flag, why}) => `  ${flag}: ${why}`),
	]);
	const flags = attempts.flatMap(({draft}) => draft.missing.map(({flag}) => flag));
	const lists = attempts[0]?.draft.best.exchange.answer.lists.map(({path}) => attempts[0]?.draft.show(path)).join(', ');
	return new UsageError(lines.join('\n'), {
		hint: `add ${[...new Set(flags)].join(', ')}` +
			(flags.some(flag => flag.startsWith('--items')) && lists !== '' ? `; lists stand at ${lists}` : '') +
			(recording.withoutText > 0 ? `; ${recording.withoutText} answers of the recording have no text` : ''),
	});
}
