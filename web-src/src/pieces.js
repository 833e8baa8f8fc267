// Reads what the page carries: JSON, and pieces that were deflated and written in base 64.

export const page = JSON.parse(document.getElementById("page-data").textContent);

async function unpack(id) {
  const text = atob(document.getElementById(id).textContent);
  const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

const kept = new Map();

/** A packed piece by the id of its element; the last few stay unpacked. */
export function readPiece(id) {
  if (!kept.has(id)) {
    if (kept.size > 12) kept.delete([...kept.keys()].find((key) => key !== "lines"));
    kept.set(id, unpack(id));
  }
  return kept.get(id);
}
