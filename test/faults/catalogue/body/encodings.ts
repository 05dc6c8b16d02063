/** Ways to write a text that are not UTF-8, by the name of the charset. Letters that one lacks become question marks. */
export const encodings: Readonly<Record<'utf-16' | 'latin1' | 'gbk', (text: string) => Buffer>> = {
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
