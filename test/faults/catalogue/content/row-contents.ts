import type {AnswerShape} from '../../../../src/sandbox/answer-shape.ts';
import {formulaStarts, hostileText} from './hostile-text.ts';
import {editMembers, editStrings, type Member} from './json-edit.ts';
import {some, type RowEdit, type RowsEdits} from './row-edits.ts';
import {pickFrom} from './row-picks.ts';

const longTextBytes = 1024 * 1024;
const nonObjects = ['42', 'null', '[]', '"row"', 'true'];

/** Members that mean something to JavaScript. */
const prototypeMembers: readonly Member[] = [
	['__proto__', '{"polluted":true}'], ['constructor', '{"prototype":{"polluted":true}}'], ['prototype', '{"polluted":true}'],
	['toString', '"polluted"'], ['toJSON', '"polluted"'], ['hasOwnProperty', '1'], ['then', '"polluted"'],
];

/** Members that no documentation knows: a number that no double holds, a key that reads like a path, an empty one. */
const extraMembers: readonly Member[] = [
	['added_later', '{"by":[1,2.50,9007199254740993,null],"note":"季度"}'], ['added.later', '"a dotted key"'], ['', '"no name"'], ['0', '1e400'],
];

/** What rows may hold, whatever else. Identities and times stay as they are. */
export const contentEdits = {
	'not-an-object': some((_, {random}) => pickFrom(nonObjects, random)),
	'proto': some(withMembers(prototypeMembers)),
	'lone-surrogates': some(texts(text => `\ud800${text}\udc00`)),
	'control-characters': some((row, page) => withMembers([[hostileText('key'), JSON.stringify(hostileText('value'))]])(texts(hostileText)(row, page), page)),
	'formulas': some((row, page) => texts(text => `${pickFrom(formulaStarts, page.random)}1+1${text}`)(row, page)),
	'long-text': some((row, page) => {
		let added = 'x'.repeat(longTextBytes);
		return texts(text => {
			const long = text + added;
			added = '';
			return long;
		})(row, page);
	}),
	'extra-fields': some(withMembers(extraMembers)),
	'missing-fields': some((row, {shape}) => editMembers(row, [], all => all.filter(([key]) => key === shape.id[0] || key === shape.time[0]))),
} satisfies RowsEdits;

function withMembers(added: readonly Member[]): RowEdit {
	return row => editMembers(row, [], all => [...all, ...added]);
}

/** Every text in a row that is neither its identity nor its time. */
function texts(edit: (text: string) => string): RowEdit {
	return (row, {shape}) => editStrings(row, (literal, path) => isFixed(path, shape) ? literal : JSON.stringify(edit(String(JSON.parse(literal)))));
}

function isFixed(path: readonly string[], {id, time}: AnswerShape): boolean {
	return [id, time].some(fixed => fixed.join('.') === path.join('.'));
}
