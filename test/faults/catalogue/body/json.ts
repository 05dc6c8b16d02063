import * as z from 'zod';
import {locate} from '../../../../src/json/text.ts';
import {bytesOf, withBody} from '../answer-bytes.ts';
import {defineFault} from '../fault.ts';
import {firstRow, withMember} from './page-parts.ts';

export const duplicateKeys = defineFault({
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

export const deepNesting = defineFault({
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

export const notJson = defineFault({
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
