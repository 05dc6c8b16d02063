import {html, raw} from 'hono/html';
import {consolePaths} from './handler.ts';

export type Html = ReturnType<typeof html>;

const style = `
	:root {color-scheme: light dark; --page: light-dark(#f2f4f7, #14171c); --card: light-dark(#fff, #1f242c); --ink: light-dark(#1d2330, #e8ebf0);
		--soft: light-dark(#667085, #98a2b3); --line: light-dark(#e4e7ec, #343b47); --blue: light-dark(#1f5eff, #6c95ff); --on-blue: light-dark(#fff, #10131a)}
	* {box-sizing: border-box}
	[hidden] {display: none !important}
	body {margin: 0; padding: 24px; background: var(--page); color: var(--ink); font: 14px/1.5 system-ui, "Segoe UI", Roboto, "PingFang SC", "Noto Sans SC", sans-serif}
	main {max-width: 1200px; margin: auto; padding: 24px; background: var(--card); border: 1px solid var(--line); border-radius: 16px}
	main.narrow {max-width: 380px; margin-top: 10vh}
	h1 {margin: 0 0 16px; font-size: 20px}
	form, fieldset {display: flex; flex-wrap: wrap; gap: 12px 16px; align-items: end; margin: 0; padding: 0; border: 0}
	form > * {flex: none}
	.narrow form > * {flex-basis: 100%}
	fieldset {flex-basis: 100%}
	fieldset fieldset {flex-basis: auto; gap: 4px 12px}
	fieldset fieldset label {display: inline; color: var(--ink)}
	legend {padding: 0; color: var(--soft)}
	label {display: grid; gap: 4px; color: var(--soft)}
	input, select {padding: 7px 10px; border: 1px solid var(--line); border-radius: 8px; background: none; color: var(--ink); font: inherit}
	button {padding: 8px 16px; border: 1px solid var(--line); border-radius: 8px; background: none; color: inherit; font: inherit; font-weight: 600; cursor: pointer}
	button:disabled {opacity: .5; cursor: default}
	button.main {border-color: var(--blue); background: var(--blue); color: var(--on-blue)}
	:focus-visible {outline: 3px solid var(--blue); outline-offset: 2px}
	[role=tablist] {display: flex; gap: 8px; margin-bottom: 16px; border-bottom: 1px solid var(--line)}
	[role=tab] {border: 0; border-bottom: 3px solid transparent; border-radius: 0}
	[role=tab][aria-selected=true] {border-color: var(--blue)}
	[role=alert] {color: light-dark(#b42318, #ff9c91)}
	.rows {margin: 16px 0; overflow-x: auto}
	table {width: 100%; border-collapse: collapse; font-size: 13px}
	th, td {padding: 6px 10px; border-top: 1px solid var(--line); text-align: left; vertical-align: top}
	th {color: var(--soft); font-weight: 600; white-space: nowrap}
	footer {max-width: 1200px; margin: 16px auto 0; text-align: center; color: var(--soft); font-size: 13px}
`;

/** A page of the console. */
export async function consolePage(
	status: number, title: string, content: Html, {isNarrow = false}: {isNarrow?: boolean} = {},
): Promise<Response> {
	const text = await html`<!doctype html>
		<html lang="en">
			<head>
				<meta charset="utf-8" />
				<meta name="viewport" content="width=device-width, initial-scale=1" />
				<title>${title}</title>
				<link rel="icon" href="data:," />
				<style>
					${raw(style)}
				</style>
			</head>
			<body>
				<main class="${isNarrow ? 'narrow' : 'wide'}">${content}</main>
				<footer>
					This is the sandbox of audit-export on your own machine. It stands in for the developer console; nothing here reaches it.
				</footer>
			</body>
		</html> `;
	return new Response(String(text), {
		status,
		headers: {
			'content-type': 'text/html; charset=utf-8',
			'cache-control': 'no-store',
			'content-security-policy':
				"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
		},
	});
}

/** Asks who it is; `wrong` says that the password just given is not right. */
export async function signInPage({wrong}: {wrong: boolean}): Promise<Response> {
	return consolePage(wrong ? 400 : 200, 'Sign in to the developer console', html`
		<h1>Developer console</h1>
		<form method="post" action="${consolePaths.signIn}">
			${wrong ? html`<p role="alert">This password is not right.</p>` : ''}
			<label>User name <input name="user" autocomplete="username" required autofocus></label>
			<label>Password <input type="password" name="password" autocomplete="current-password" required></label>
			<button class="main">Sign in</button>
		</form>`, {isNarrow: true});
}
