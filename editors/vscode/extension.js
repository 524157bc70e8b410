// Starts `specc lsp` and connects the editor with it.
"use strict";

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

function start() {
  const [command, ...args] = vscode.workspace
    .getConfiguration("nnspec")
    .get("command", ["specc", "lsp"]);
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  client = new LanguageClient(
    "nnspec",
    "nnspec",
    { command, args, options: folder ? { cwd: folder } : {} },
    { documentSelector: [{ language: "nnspec" }] },
  );
  return client.start().catch((error) => {
    vscode.window.showErrorMessage(
      `The language server does not start: ${error.message}. ` +
        'The setting "nnspec.command" says where specc is.',
    );
  });
}

async function stop() {
  const running = client;
  client = undefined;
  await running?.stop().catch(() => undefined);
}

async function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand("nnspec.restart", async () => {
      await stop();
      await start();
    }),
  );
  await start();
}

module.exports = { activate, deactivate: stop };
