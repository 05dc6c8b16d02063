import {visibleInTable} from './visible.ts';

/**
 * A text as one word of a shell, for commands that people copy. Where a character in it would act instead of being seen it is
 * written as `$'\U0000001b'`, which bash, zsh and ksh turn back into it.
 */
export function shellQuote(text: string): string {
	if (visibleInTable(text) === text) return `'${text.replaceAll("'", String.raw`'\''`)}'`;
	const characters = Array.from(text, character => {
		if (character === "'" || character === '\\') return `\\${character}`;
		if (visibleInTable(character) === character) return character;
		return `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`;
	});
	return `$'${characters.join('')}'`;
}
