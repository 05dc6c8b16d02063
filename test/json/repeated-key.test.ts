import fc from 'fast-check';
import {expect, it} from 'vitest';
import {UsageError} from '../../src/base/errors.ts';
import {refuseRepeatedKeys} from '../../src/json/repeated-key.ts';

interface Tree {
	readonly text: string;
	/** Whether some object in it has a key twice. */
	readonly repeats: boolean;
}

/** A key as it may be spelled. */
const spelled = (key: string) => fc.boolean().map(isEscaped => isEscaped
	? `"${Array.from(key, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`
	: JSON.stringify(key));

const member = (value: fc.Arbitrary<Tree>) => fc.constantFrom('a', 'b', '"', '\\', '{', '', '__proto__').chain(key => fc.tuple(fc.constant(key), spelled(key), value));

const {value: anyTree} = fc.letrec<{value: Tree}>(tie => ({
	value: fc.oneof(
		{depthSize: 'small', withCrossShrink: true},
		fc.constantFrom('1', 'null', '"a"', '"\\"a\\":"', '"{,}"', '{}', '[]').map(text => ({text, repeats: false})),
		fc.array(tie('value'), {maxLength: 3}).map(items => ({text: `[${items.map(({text}) => text).join(' , ')}]`, repeats: items.some(({repeats}) => repeats)})),
		fc.array(member(tie('value')), {maxLength: 3}).map(members => ({
			text: `{ ${members.map(([, key, {text}]) => `${key} : ${text}`).join(' ,\n')} }`,
			repeats: new Set(members.map(([key]) => key)).size < members.length || members.some(([, , {repeats}]) => repeats),
		})),
	),
}));

it('finds a key that stands twice, at any depth and in any spelling, and nothing else', () => {
	fc.assert(fc.property(anyTree, ({text, repeats}) => {
		JSON.parse(text);
		const refusal = () => {
			refuseRepeatedKeys(text, line => `file:${line}`);
		};
		if (repeats) expect(refusal).toThrow(UsageError);
		else expect(refusal).not.toThrow();
	}), {numRuns: 1000});
});

it('names the line and the key, in characters that drive no terminal', () => {
	expect(() => {
		refuseRepeatedKeys('{"\u009B\\n": 1,\n"a": {},\n"\\u009b\\n": 2}', line => `c.json:${line}`);
	}).toThrow(String.raw`c.json:3: the key "\u009b\n" stands twice`);
});
