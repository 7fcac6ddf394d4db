// What a screenshot shows, told in numbers; the browser itself decodes it.

/** Distinct colours, mean luminance (0–255) and pixels in the red of a chosen record. */
export async function colours(browser, png) {
  const page = await browser.newPage();
  try {
    return await page.evaluate(async (base64) => {
      const image = Object.assign(new Image(), { src: `data:image/png;base64,${base64}` });
      await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height);
      const brush = canvas.getContext("2d");
      brush.drawImage(image, 0, 0);
      const { data } = brush.getImageData(0, 0, image.width, image.height);
      const seen = new Set();
      let [sum, marked] = [0, 0];
      for (let i = 0; i < data.length; i += 4) {
        const [r, g, b] = [data[i], data[i + 1], data[i + 2]];
        seen.add((r << 16) | (g << 8) | b);
        sum += 0.2126 * r + 0.7152 * g + 0.0722 * b;
        if (r > 170 && g < 100 && b < 90) marked++;
      }
      return { distinct: seen.size, luminance: Math.round(sum / (data.length / 4)), marked };
    }, png.toString("base64"));
  } finally {
    await page.close();
  }
}
