import {DAY, SECOND} from '../../../../src/base/duration.ts';
import {editAt, removeAt} from './json-edit.ts';
import {some, type RowsEdits} from './row-edits.ts';
import {readWrittenTime, type WrittenTime} from './written-time.ts';

/** The ways in which the clock that wrote a row can have been wrong, or its programmer. */
export const timeEdits = {
	'time-in-future': time(({ms, write}) => write(ms + 3650 * DAY)),
	'time-zero': time(({write}) => write(0)),
	'time-negative': time(({write}) => write(-SECOND)),
	'time-in-other-unit': time(otherUnit),
	'time-string': time(({form, ms, unitMs}) => form === 'digits' ? String(ms / unitMs) : `"${ms / unitMs}"`),
	'time-text': time(() => '"yesterday"'),
	'time-null': time(() => 'null'),
	'time-missing': some((row, {shape}) => removeAt(row, shape.time)),
	'time-fraction': time((_, literal) => literal.endsWith('Z"') ? literal.replace(/Z"$/, '500Z"') : literal.replace(/"?$/, '.5$&')),
} satisfies RowsEdits;

function time(edit: (time: WrittenTime, literal: string) => string): ReturnType<typeof some> {
	return some((row, {shape}) => editAt(row, shape.time, literal => {
		const written = readWrittenTime(literal);
		return written === undefined ? literal : edit(written, literal);
	}));
}

/** Seconds for milliseconds, the other way round, and seconds for a text. */
function otherUnit({ms, unitMs, form}: WrittenTime): string {
	const number = Math.floor(form !== 'text' && unitMs === SECOND ? ms : ms / SECOND);
	return form === 'digits' ? `"${number}"` : String(number);
}
