/** How the sign-in went, as the browser tells the person. Nothing in a page comes from a request. */
const pages = {
	done: ['Signed in', 'audit-export has what it needs. You can close this tab.'],
	failed: ['Not signed in', 'Something went wrong; the terminal says what. You can close this tab.'],
	answered: ['Answered already', 'This sign-in has its answer. You can close this tab.'],
} as const;

export type PageName = keyof typeof pages;

/** One small page of plain HTML. */
export function pageHtml(name: PageName): string {
	const [title, text] = pages[name];
	return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<h1>${title}</h1>
<p>${text}</p>
</html>
`;
}
