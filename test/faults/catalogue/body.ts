import {isUtf8} from 'node:buffer';
import {gzipSync} from 'node:zlib';
import * as z from 'zod';
import {elements, endOfValue, kindAt, locate, skipSpace, type Span} from '../../../src/json/text.ts';
import type {AnswerShape} from '../../../src/sandbox/answer-shape.ts';
import {bytesOf, withBody} from './answer-bytes.ts';
import {defineFault, type FaultDefinition} from './fault.ts';
import {byteCount} from './parameters.ts';

/** Ways to write a text that are not UTF-8, by the name of the charset. Letters that one lacks become question marks. */
const encodings: Readonly<Record<'utf-16' | 'latin1' | 'gbk', (text: string) => Buffer>> = {
	'utf-16': text => Buffer.from(`\uFEFF${text}`, 'utf16le'),
	latin1: text => Buffer.from(text.replaceAll(/[^\p{ASCII}\u0080-\u00FF]/gu, '?'), 'latin1'),
	gbk: text => Buffer.concat(Array.from(text, character => gbkBytes(character))),
};

let gbkTable: ReadonlyMap<string, Buffer> | undefined;

function gbkBytes(character: string): Buffer {
	if (character.charCodeAt(0) < 0x80) return Buffer.from(character, 'latin1');
	gbkTable ??= readGbkTable();
	return gbkTable.get(character) ?? Buffer.from('?');
}

/** The runtime decodes GBK but does not encode it: the table is what all pairs of bytes decode to. */
function readGbkTable(): ReadonlyMap<string, Buffer> {
	const decoder = new TextDecoder('gbk');
	const table = new Map<string, Buffer>();
	for (let lead = 0x81; lead <= 0xfe; lead++) {
		for (let trail = 0x40; trail <= 0xfe; trail++) {
			const bytes = Buffer.from([lead, trail]);
			const character = decoder.decode(bytes);
			if (Array.from(character).length === 1 && character !== '\uFFFD') table.set(character, bytes);
		}
	}
	return table;
}

/** A letter that is in all of the charsets and the same in none of them. */
const telling = '\u00B1';

const charset = defineFault({
	summary: 'a body in another charset than UTF-8',
	parameters: z.object({
		as: z.enum(['utf-16', 'latin1', 'gbk']).default('latin1').describe('which one'),
		declared: z.boolean('expected true or false').default(true).describe('whether Content-Type names it; otherwise it says UTF-8'),
	}),
	create: ({as, declared}) => async ({answer}) => {
		const response = await answer();
		const text = (await bytesOf(response)).toString('utf8');
		const encoded = encodings[as](text);
		// Text of ASCII alone would be the same in most charsets, and so would text whose other letters have become question marks.
		const bytes = isUtf8(encoded) ? encodings[as](text.replace(/^\{(?!\})/, `{"sandbox_note":"${telling}",`)) : encoded;
		return withBody(response, bytes, {'content-type': `application/json; charset=${declared ? as : 'utf-8'}`});
	},
});

const bom = defineFault({
	summary: 'a byte order mark before the JSON',
	parameters: z.object({}),
	create: () => async ({answer}) => {
		const response = await answer();
		return withBody(response, Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), await bytesOf(response)]));
	},
});

const packed = {'content-encoding': 'gzip'};

const gzipGarbage = defineFault({
	summary: 'a body that says it is gzip and is not',
	parameters: z.object({
		as: z.enum(['plain', 'noise', 'damaged']).default('plain').describe('plain JSON, random bytes, or gzip with a wrong checksum'),
	}),
	create: ({as}) => async ({answer, random}) => {
		const response = await answer();
		const body = await bytesOf(response);
		if (as === 'plain') return withBody(response, body, packed);
		if (as === 'noise') return withBody(response, Buffer.from(body.map(() => Math.floor(random() * 256))), packed);
		const damaged = gzipSync(body);
		const checksum = damaged.byteLength - 8;
		damaged[checksum] = (damaged[checksum] ?? 0) ^ 0xff;
		return withBody(response, damaged, packed);
	},
});

const gzipCut = defineFault({
	summary: 'a gzip body that ends early although the whole of Content-Length came',
	parameters: z.object({
		after: z.number().min(0, 'expected a number from 0 to 1').max(1, 'expected a number from 0 to 1').default(0.5).describe('how much of it comes; of the whole only the checksum is cut'),
	}),
	create: ({after}) => async ({answer}) => {
		const response = await answer();
		const body = gzipSync(await bytesOf(response));
		return withBody(response, body.subarray(0, Math.min(body.byteLength - 8, Math.floor(body.byteLength * after))), packed);
	},
});

/** One member of the bomb: small enough to be made in passing. */
const memberBytes = 16 * 1024 * 1024;

const gzipBomb = defineFault({
	summary: 'a small gzip body that unpacks to gigabytes: the page, then spaces',
	parameters: z.object({
		bytes: byteCount(64 * 1024 ** 3).default(1024 ** 3).describe('how much it unpacks to beside the page'),
	}),
	create: ({bytes}) => async ({answer}) => {
		const response = await answer();
		// A gzip file may have several members, which unpack to what they hold one after the other.
		const member = gzipSync(Buffer.alloc(Math.min(bytes, memberBytes), ' '), {level: 9});
		const rest = gzipSync(Buffer.alloc(bytes % memberBytes, ' '), {level: 9});
		const members = Array.from({length: Math.floor(bytes / memberBytes)}, () => member);
		return withBody(response, Buffer.concat([gzipSync(await bytesOf(response)), ...members, rest]), packed);
	},
});

/** Where the first row of an answer stands in its text; undefined where there is none. */
function firstRow(text: string, shape: AnswerShape | undefined): Span | undefined {
	const rows = shape === undefined ? undefined : locate(text, shape.rows);
	if (rows === undefined || kindAt(text, rows.start) !== 'array') return undefined;
	let found: Span | undefined;
	elements(text, rows.start, start => {
		const end = endOfValue(text, start);
		found ??= {start, end};
		return end;
	});
	return found !== undefined && kindAt(text, found.start) === 'object' ? found : undefined;
}

/** With a member before the others of the object that starts there. */
function withMember(text: string, objectStart: number, member: string): string {
	const inside = objectStart + 1;
	const isEmpty = text[skipSpace(text, inside)] === '}';
	return `${text.slice(0, inside)}${member}${isEmpty ? '' : ','}${text.slice(inside)}`;
}

/** Where an answer can be made longer and stay the page that it is: `before`, any number of fillers, `after`. */
interface StretchedPage {
	readonly before: string;
	readonly filler: string;
	readonly after: string;
}

/** What a page is made longer with: a row's text, more rows, or whitespace; the latter also where there is no row. */
type Stretch = 'text' | 'rows' | 'space';

function stretchPage(text: string, shape: AnswerShape | undefined, by: Stretch): StretchedPage {
	const row = firstRow(text, shape);
	if (row === undefined || by === 'space') {
		const end = text.trimEnd().length - 1;
		return {before: text.slice(0, end), filler: ' ', after: text.slice(end)};
	}
	if (by === 'rows') return {before: text.slice(0, row.end), filler: `,${text.slice(row.start, row.end)}`, after: text.slice(row.end)};
	const mark = '"padding":"';
	const padded = withMember(text, row.start, `${mark}"`);
	const start = row.start + 1 + mark.length;
	return {before: padded.slice(0, start), filler: 'x', after: padded.slice(start)};
}

const duplicateKeys = defineFault({
	summary: 'a JSON object with the same member twice',
	parameters: z.object({
		in: z.enum(['row', 'top']).default('row').describe("a row's id with two values, or beside the object that holds the rows a second one that holds none"),
	}),
	create: ({in: place}) => async ({answer, shape}) => {
		const response = await answer();
		const text = (await bytesOf(response)).toString('utf8');
		if (shape === undefined || locate(text, shape.rows) === undefined) return withBody(response, text);
		if (place === 'top') {
			const [key = '', ...deeper] = shape.rows;
			const empty = deeper.reduceRight((inner, name) => `{${JSON.stringify(name)}:${inner}}`, '[]');
			return withBody(response, text.replace(/\}\s*$/, `,${JSON.stringify(key)}:${empty}}`));
		}
		const row = firstRow(text, shape);
		const [id] = shape.id;
		if (row === undefined || id === undefined) return withBody(response, text);
		return withBody(response, withMember(text, row.start, `${JSON.stringify(id)}:"the same key twice"`));
	},
});

const deepNesting = defineFault({
	summary: 'a row with a value nested thousands of levels deep, good JSON',
	parameters: z.object({
		depth: z.int('expected a whole number').min(1, 'expected at least 1').max(10_000_000, 'expected at most 10000000').default(10_000).describe('how many levels'),
		of: z.enum(['arrays', 'objects']).default('arrays').describe('what is nested'),
	}),
	create: ({depth, of}) => async ({answer, shape}) => {
		const response = await answer();
		const text = (await bytesOf(response)).toString('utf8');
		const row = firstRow(text, shape);
		if (row === undefined) return withBody(response, text);
		const [open, close] = of === 'arrays' ? ['[', ']'] : ['{"a":', '}'];
		return withBody(response, withMember(text, row.start, `"nested":${open.repeat(depth)}0${close.repeat(depth)}`));
	},
});

const kinds = ['nan', 'trailing-comma', 'two-documents', 'comment', 'single-quotes', 'control-character', 'cut', 'empty', 'html'] as const;

const brokenBodies: Readonly<Record<(typeof kinds)[number], (text: string) => string>> = {
	nan: text => withMember(text, 0, '"sandbox_note":NaN'),
	'trailing-comma': text => text.replace(/\}\s*$/, ',}'),
	'two-documents': text => `${text}\n${text}`,
	comment: text => `/* as of today */${text}`,
	'single-quotes': text => text.replaceAll('"', "'"),
	'control-character': text => withMember(text, 0, '"sandbox_note":"two\nlines"'),
	cut: text => text.slice(0, -1),
	empty: () => '',
	html: () => '<!doctype html><title>Please sign in</title><p>Please sign in to go on.\n',
};

const notJson = defineFault({
	summary: 'a body that is not JSON, under HTTP 200 and with a right length',
	parameters: z.object({
		as: z.enum(kinds).default('trailing-comma').describe('what is wrong with it'),
	}),
	create: ({as}) => async ({answer}) => {
		const response = await answer();
		const text = (await bytesOf(response)).toString('utf8');
		return withBody(response, brokenBodies[as](text), as === 'html' ? {'content-type': 'text/html; charset=utf-8'} : {});
	},
});

const pieceBytes = 256 * 1024;

const hugePage = defineFault({
	summary: 'a good page, but of hundreds of megabytes',
	parameters: z.object({
		bytes: byteCount(64 * 1024 ** 3).default(200_000_000).describe('how much is added'),
		with: z.enum(['text', 'space']).default('text').describe('a long text in one row, or whitespace that means nothing'),
		framing: z.enum(['length', 'chunked']).default('chunked').describe('whether Content-Length says it in advance'),
	}),
	create: ({bytes, with: by, framing}) => async ({answer, shape}) => {
		const response = await answer();
		const {before, filler, after} = stretchPage((await bytesOf(response)).toString('utf8'), shape, by);
		const [head, tail] = [Buffer.from(before), Buffer.from(after)];
		const body = stream(head, Buffer.alloc(pieceBytes, filler), bytes, tail);
		return withBody(response, body, framing === 'chunked' ? {} : {'content-length': String(head.byteLength + bytes + tail.byteLength)});
	},
});

const endless = defineFault({
	summary: 'a body that begins as a page and never ends, as fast as it is taken',
	parameters: z.object({
		with: z.enum(['text', 'rows', 'space']).default('text').describe('a text that goes on and on, the same row again and again, or whitespace'),
	}),
	create: ({with: by}) => async ({answer, shape}) => {
		const response = await answer();
		const {before, filler} = stretchPage((await bytesOf(response)).toString('utf8'), shape, by);
		const piece = Buffer.from(filler.repeat(Math.ceil(pieceBytes / filler.length)));
		return withBody(response, stream(Buffer.from(before), piece, Infinity));
	},
});

/** The head, so many bytes made of the piece, and the tail. */
function stream(head: Uint8Array, piece: Uint8Array, bytes: number, tail: Uint8Array = new Uint8Array()): ReadableStream<Uint8Array> {
	let left = bytes;
	return new ReadableStream<Uint8Array>({
		start(controller) {
			controller.enqueue(head);
		},
		pull(controller) {
			if (left > 0) {
				// A copy: a stream may take the memory of what it is given.
				const next = piece.slice(0, left);
				left -= next.byteLength;
				controller.enqueue(next);
				return;
			}
			if (tail.byteLength > 0) controller.enqueue(tail);
			controller.close();
		},
	}, {highWaterMark: 1});
}

/** Bodies that are hard to read, or not to be read at all. */
export const bodyFaults = {
	'gzip-garbage': gzipGarbage, 'gzip-cut': gzipCut, 'gzip-bomb': gzipBomb,
	charset, bom, 'not-json': notJson, 'duplicate-keys': duplicateKeys, 'deep-nesting': deepNesting,
	'huge-page': hugePage, endless,
} satisfies Record<string, FaultDefinition>;
