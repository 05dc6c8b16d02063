import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {root} from './lock.ts';

const english = readFileSync(join(root, 'README.md'), 'utf8');
const chinese = readFileSync(join(root, 'README.zh-CN.md'), 'utf8');

/** A text's blocks of code without what is said in them: comments, and the blanks before these. */
const codeOf = (text: string) => [...text.matchAll(/^```\w+\n.*?^```$/gms)].map(([block]) => block.replaceAll(/^# .*\n/gm, '').replaceAll(/ +# .*$/gm, ''));

const proseOf = (text: string) => text.replaceAll(/^```.*?^```$/gms, '');

/** What stands in a text in order, section by section: each heading's level with what matches below it, sorted. */
function bySection(text: string, pattern: RegExp): string[][] {
	return proseOf(text).split(/^(?=#+ )/m).map(section => [/^#*/.exec(section)?.[0] ?? '', ...[...section.matchAll(pattern)].map(([found]) => found).toSorted()]);
}

it('the Chinese README has the same sections, with the same names, links and codes in each', () => {
	for (const pattern of [/`[^`\n]+`/g, /\]\((?!#)[^)]+\)/g, /^\| [\d, ]+ \|/gm, /^(?:- |\|)/gm]) {
		const languages = /README(?:\.zh-CN)?\.md/g;
		expect(bySection(chinese.replaceAll(languages, 'README'), pattern)).toEqual(bySection(english.replaceAll(languages, 'README'), pattern));
	}
});

it('the Chinese README shows the same commands and files, and says what they do in Chinese', () => {
	expect(codeOf(chinese)).toEqual(codeOf(english));
	const remarks = [...chinese.matchAll(/^# (.+)$|[^\S\n]+# (.+)$/gm)].map(([, own, behind]) => own ?? behind ?? '');
	expect(remarks.filter(remark => !/\p{Script=Han}/u.test(remark))).toEqual(['audit-export']);
});
