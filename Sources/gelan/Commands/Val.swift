extension Command {
  static let val = Command(
    name: "val", summary: "measure average precision on a data set", operands: "PLAN", operandCount: 0...1,
    options: [
      Option("--data", value: "DATA", help: "the data set: COCO .json, .yaml, a list .txt, or a folder; see below"),
      Option("--images", value: "DIR", help: "where COCO's pictures are; beside the annotations by default"),
      Option("--split", value: "train|val|test", help: "the part of a .yaml data set; val by default"),
      Option(
        "--classes", value: "A=B,…", isRepeatable: true,
        help: "evaluate class A of the plan as class B of the data set; A alone for A=A"),
      Option("--square", help: "pad every picture to the plan's own size"),
      Option("--input", value: "N|HxW", help: "pad every picture to this size in pixels, height first"),
      Option("--stretch", help: "stretch pictures to that size, without keeping their shape"),
      Option("--conf", value: "P", help: "the least class probability; 0.001 by default"),
      Option("--iou", value: "P", help: "boxes of one class that overlap more are one object; 0.7 by default"),
      Option("--max-detections", value: "N", help: "at most this many objects in a picture; 300 by default"),
      Option("--save-detections", value: "FILE", help: "write what was found, as COCO results"),
      Option("--detections", value: "FILE", help: "evaluate these COCO results, without a plan"),
      Option("--sort", value: "order|ap|objects", help: "the order of the table of classes; the data set's by default"),
      .threads, .kernels, .precision, .json,
    ],
    details: """
      Prints the twelve figures of COCO and those of every class. They are computed as pycocotools does: the best 100
      detections of a class in a picture count, crowds neither way.

      DATA is one of
        instances.json  COCO annotations; pictures are in --images DIR
        data.yaml       an Ultralytics description: path, val, names
        pictures.txt    a list of pictures
        folder          pictures, or a folder 'images' of them
      and in all but the first, labels are those of YOLO: 'labels/x.txt' for 'images/x.jpg', each line a class and a box
      as parts of the picture. Pictures without such a file count as empty.

      Pictures are scaled and padded as detect does: to the least size that the network can take, unless one is given.

      Classes are paired by name where the plan and the data set have names, by number otherwise. With --classes only
      those that are named take part; numbers stand for classes, too.

      examples: gelan val yolov9-c.plan --data instances_val2017.json --images val2017
                gelan val people.plan --data coco.yaml --classes Body=person
                gelan val --data instances_val2017.json --detections results.json
      """
  ) { arguments in
    guard let data = arguments.string("--data") else { throw CommandFailure.usage("--data DATA is missing") }
    let order = try arguments.choice("--sort").flatMap(ClassOrder.init) ?? .order
    let report =
      if let results = arguments.string("--detections") {
        try validateResults(results, data: data, arguments)
      } else {
        try validatePlan(data: data, arguments)
      }
    Terminal.print(
      arguments.isSet("--json") ? report.json(order).description : report.text(order).withoutControlCharacters)
    if report.failures > 0 {
      throw CommandFailure.file("\(report.failures) pictures could not be read; the figures are of the others")
    }
  }
}
