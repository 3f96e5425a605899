// The page: five screens, of which one is open. Nothing is kept in the address or in storage.

import { wordsOf } from "./api.js";
import { beginBench } from "./bench.js";
import { offerPayers } from "./claim.js";
import { openCodes } from "./codes.js";
import { openMaps } from "./maps.js";
import { openServer } from "./server.js";
import { say, setPayers } from "./state.js";

function openScreen() {
  const name = ["bench", "claim", "maps", "codes", "server"].find((screen) => `#${screen}` === location.hash) ?? "bench";
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#${name}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  for (const section of document.querySelectorAll("main > section")) section.hidden = section.id !== name;
  if (name === "maps") openMaps();
  if (name === "codes") openCodes();
  if (name === "server") openServer().catch((error) => say(wordsOf(error)));
}

async function begin() {
  openScreen();
  addEventListener("hashchange", openScreen);
  await Promise.all([beginBench(), offerPayers(setPayers)]);
}

begin().catch((error) => say(wordsOf(error)));
