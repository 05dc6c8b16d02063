import fc from 'fast-check';

/** A JSON value twice: as a careless server might write it, and as `oneLine` must give it. */
export interface Spelling {
	readonly loose: string;
	readonly line: string;
}

const space = fc.constantFrom('', '', '', ' ', '\n', '\t ', '\r\n    ');

const piece = fc.oneof(
	fc.string({unit: 'grapheme', maxLength: 3}).map(text => same(JSON.stringify(text).slice(1, -1))),
	fc.constantFrom('a', ' ', '{', '}', '[', ']', ',', ':', 'null', '审计', '😀', '\u200b').map(text => same(text)),
	fc.constantFrom('\\"', '\\\\', '\\n', '\\/', '\\u0061', '\\ud800', '\\udc00x', '\\u2028', '\\u0000').map(text => same(text)),
	fc.constantFrom('\u007f', '\u0085', '\u009b', '\u2028', '\u2029').map(text => ({loose: text, line: `\\u${text.charCodeAt(0).toString(16).padStart(4, '0')}`})),
);

const literal = fc.array(piece, {maxLength: 12}).map(pieces => ({
	loose: `"${pieces.map(({loose}) => loose).join('')}"`,
	line: `"${pieces.map(({line}) => escaped(line)).join('')}"`,
}));

const key = fc.oneof(literal, fc.constantFrom('"10"', '"9"', '"a"', '"\\u0061"', '"__proto__"', '"length"').map(text => same(text)));

const scalar = fc.oneof(
	literal,
	fc.constantFrom('0', '-0', '1.50', '1E+3', '-5', '9007199254740993', '123456789012345678901234567890', 'true', 'false', 'null').map(text => same(text)),
	fc.integer().map(number => same(String(number))),
);

const {value: anyJson} = fc.letrec<{value: Spelling; array: Spelling; object: Spelling}>(tie => ({
	value: fc.oneof({depthSize: 'small', withCrossShrink: true}, scalar, tie('array'), tie('object')),
	array: fc.tuple(space, fc.array(fc.tuple(space, tie('value'), space), {maxLength: 5})).map(([inner, items]) => ({
		loose: `[${items.length === 0 ? inner : items.map(([before, {loose}, after]) => before + loose + after).join(',')}]`,
		line: `[${items.map(([, {line}]) => line).join(',')}]`,
	})),
	object: fc.tuple(space, fc.array(fc.tuple(space, key, space, tie('value'), space), {maxLength: 5})).map(([inner, items]) => ({
		loose: `{${items.length === 0 ? inner : items.map(([before, name, around, {loose}, after]) => `${before}${name.loose}${around}:${around}${loose}${after}`).join(',')}}`,
		line: `{${items.map(([, name, , {line}]) => `${name.line}:${line}`).join(',')}}`,
	})),
}));

export {anyJson};

function same(text: string): Spelling {
	return {loose: text, line: text};
}

function escaped(text: string): string {
	return text.replaceAll(/[\u007f-\u009f\u2028\u2029]/g, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
