/// Returns a copy of the image with each object's box and a label such as “dog 0.87” drawn on it.
///
/// Boxes are in image pixels; the size of lines and letters depends on that of the image. Where objects overlap, the
/// earlier in `objects` is on top. An object whose class index has no name is labelled by its index. Coordinates
/// outside the image are clipped, and an object with a NaN coordinate is left out.
package func annotate(_ image: RGBImage, objects: [DetectedObject], names: [String]) -> RGBImage {
  let style = AnnotationStyle(imageWidth: image.width, imageHeight: image.height)
  var placement = LabelPlacement(imageWidth: image.width, imageHeight: image.height)
  let annotations = objects.compactMap { object -> Annotation? in
    let box = object.box
    guard let left = style.pixel(box.x1), let top = style.pixel(box.y1),
      let right = style.pixel(box.x2), let bottom = style.pixel(box.y2)
    else { return nil }
    // Lines straddle the box's edges, and even an empty box is visible.
    let half = style.lineWidth / 2
    let columns = (min(left, right) - half)..<(max(left, right) - half + style.lineWidth)
    let rows = (min(top, bottom) - half)..<(max(top, bottom) - half + style.lineWidth)
    let text = labelText(of: object, names: names)
    let scale = style.fittingScale(for: text)
    let size = style.labelSize(of: text, scale: scale)
    let place = placement.place(width: size.width, height: size.height, columns: columns, rows: rows)
    return Annotation(
      columns: columns, rows: rows, color: ClassColors.color(for: object.classIndex), text: text, scale: scale,
      place: place)
  }
  var canvas = Canvas(image)
  for annotation in annotations.reversed() {
    canvas.frame(
      columns: annotation.columns, rows: annotation.rows, thickness: style.lineWidth, color: annotation.color)
  }
  for annotation in annotations.reversed() {
    let place = annotation.place
    canvas.fill(
      columns: place.x..<place.x + place.width, rows: place.y..<place.y + place.height, color: annotation.color)
    canvas.write(
      annotation.text, x: place.x + AnnotationStyle.sidePadding * annotation.scale,
      y: place.y + AnnotationStyle.topPadding * annotation.scale, scale: annotation.scale, font: style.font,
      color: annotation.color.textColor)
  }
  return canvas.image
}

/// The drawing of one object.
private struct Annotation {
  var columns: Range<Int>
  var rows: Range<Int>
  var color: Color
  var text: String
  var scale: Int
  var place: LabelPlacement.Place
}

/// Returns the class name and the confidence in two decimals.
func labelText(of object: DetectedObject, names: [String]) -> String {
  let name = names.indices.contains(object.classIndex) ? names[object.classIndex] : "class \(object.classIndex)"
  guard !object.confidence.isNaN else { return name }
  let hundredths = Int((Double(min(max(object.confidence, 0), 1)) * 100).rounded(.toNearestOrEven))
  let fraction = hundredths % 100
  return "\(name) \(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
}
