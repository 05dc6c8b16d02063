import {Option, type Command} from 'commander';
import {namesOf} from '../query/names.ts';
import type {OptionRow} from '../query/options.ts';

const collect = (value: string, previous: readonly string[] | undefined) => [...(previous ?? []), value];
/** Lists may be given at once, with commas, or by repeating the option. */
const collectList = (option: string) => (value: string, previous: readonly string[] | undefined) => [
	...(previous ?? []), ...namesOf([value], option),
];

/** Adds options to a command: those of exports, or some of its own. */
export function mountOptions(
	command: Command, rows: ReadonlyArray<Pick<OptionRow, 'flags' | 'description' | 'group' | 'repeatable' | 'isList'>>,
): void {
	for (const {flags, description, group, repeatable = false, isList = false} of rows) {
		const option = new Option(flags, description).helpGroup(group);
		if (isList) option.argParser(collectList(option.long ?? flags));
		else if (repeatable) option.argParser(collect);
		command.addOption(option);
	}
}
