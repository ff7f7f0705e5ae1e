# Two commands do everything on a fresh Debian or Ubuntu machine with a Swift toolchain: make demo, make test.

PACKAGES := pkg-config libyaml-dev libturbojpeg0-dev libpng-dev zlib1g-dev
MODEL    ?= yolov9-t
IMAGE  ?= Tests/Fixtures/images/street.png
GELAN    := .build/release/gelan

.PHONY: demo test fuzz check-shards check-onnx check-processors check-arm64 bench-peers build setup format lint check-warnings docs clean

demo: build
	@mkdir -p demo
	@echo "== 1. what the model is: gelan info models-yaml/$(MODEL).yaml"
	@$(GELAN) info models-yaml/$(MODEL).yaml
	@echo
	@echo "== 2. the plan: gelan compile, with random weights (seed 3), since this repository contains no trained ones"
	@$(GELAN) compile models-yaml/$(MODEL).yaml --random-weights 3 -o demo/$(MODEL).plan
	@echo
	@echo "== 3. the plan runs: gelan detect on $(IMAGE)"
	@echo "   (random weights: the boxes show that everything runs, not what is in the image)"
	@$(GELAN) detect demo/$(MODEL).plan $(IMAGE) --input 480x640 --conf 0.5 --iou 0.2 \
	  --max-detections 5 --save demo
	@echo
	@echo "plan:    demo/$(MODEL).plan"
	@echo "image:   demo/$(basename $(notdir $(IMAGE))).png"
	@echo "With your own weights: $(GELAN) compile MODEL.yaml --weights CHECKPOINT.pt -o MODEL.plan"

test: setup
	swift test

# Not part of make test: bytes as models, as expressions, as plans and as checkpoints, and mutants of every model file.
SECONDS_EACH ?= 300
MUTANTS      ?= 100000
fuzz: setup
	Tests/Fuzz/fuzz.sh model $(SECONDS_EACH)
	Tests/Fuzz/fuzz.sh expression $(SECONDS_EACH)
	Tests/Fuzz/fuzz.sh plan $(SECONDS_EACH)
	Tests/Fuzz/fuzz.sh checkpoint $(SECONDS_EACH)
	GELAN_MUTANTS=$(MUTANTS) swift test -c release -Xswiftc -enable-testing --scratch-path .build/mutants \
	  --filter CompilerTests.MutationTests

# Not part of make test: the parts of gelan detect --shard under Dask from PyPI, with a worker that is killed.
check-shards: build
	@test -d .build/dask || { echo "Installing Dask into .build/dask"; python3 -m venv .build/dask.new && \
	  .build/dask.new/bin/pip install --quiet "distributed>=2024.1" && mv .build/dask.new .build/dask; }
	.build/dask/bin/python3 Tests/Distributed/check_shards.py --gelan $(GELAN)

# Not part of make test, which does it for three small models: all published graphs in ONNX's checker and other engines.
check-onnx: build
	@python3 -c "import numpy, safetensors, onnx, onnxruntime, openvino" || { \
	  echo "Please install: pip install numpy safetensors onnx onnxruntime openvino"; exit 1; }
	python3 Tests/Tools/check_onnx.py --gelan $(GELAN)

# Not part of make test: that each processor, emulated, gets only instructions that it has.
check-processors:
	@$(MAKE) --no-print-directory setup PACKAGES="$(PACKAGES) qemu-user binutils"
	Tests/Tools/check_processors.sh

# Not part of make test: builds for arm64 with Debian's Swift, in a folder of 6 GB, and runs on an emulated processor.
check-arm64:
	@[ "$$(id -u)" = 0 ] || { echo "make check-arm64 sets up another system in a folder, for which it has to be root"; exit 1; }
	@$(MAKE) --no-print-directory setup PACKAGES="$(PACKAGES) debootstrap qemu-user-static rsync"
	Tests/Tools/check_arm64.sh

# Not part of make test: times beside onnxruntime, OpenVINO and ncnn, from PyPI. COMPARE takes the script's own options and
# models: make bench-peers COMPARE="models-yaml/gelan-t.yaml --threads 1".
COMPARE ?=
bench-peers: build
	@test -d .build/peers || { echo "Installing onnxruntime, OpenVINO and ncnn into .build/peers"; \
	  python3 -m venv .build/peers.new && .build/peers.new/bin/pip install --quiet numpy safetensors onnxruntime openvino \
	  ncnn matplotlib && .build/peers.new/bin/pip install --quiet --no-deps pnnx && mv .build/peers.new .build/peers; }
	.build/peers/bin/python3 Tests/Peers/compare_speed.py --gelan $(GELAN) $(COMPARE)

build: setup
	swift build -c release --product gelan

# Installs the packages that are missing.
setup:
	@command -v swift >/dev/null || { echo "A Swift 6.2 toolchain is needed: https://www.swift.org/install/linux"; exit 1; }
	@missing=""; \
	for package in $(PACKAGES); do \
	  dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
	  command -v apt-get >/dev/null || { echo "Please install:$$missing"; exit 1; }; \
	  echo "Installing system packages:$$missing"; \
	  if [ "$$(id -u)" = 0 ]; then root=""; else root="sudo"; echo "(with sudo, which may ask for your password)"; fi; \
	  $$root apt-get update -qq && \
	  $$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; \
	fi

format:
	swift format --in-place --recursive Package.swift Sources Tests

lint:
	swift format lint --strict --recursive Package.swift Sources Tests

# A release build of everything in which a warning of Swift's or C's compiler is an error. It has a folder of its own,
# because its flags would rebuild what the other builds made.
check-warnings: setup
	swift build -c release --scratch-path .build/warnings -Xswiftc -warnings-as-errors -Xcc -Werror

# The articles of Sources/gelan.docc as a DocC site in .build/docs, without network; broken links fail.
docs:
	Tests/Tools/build_docs.sh

clean:
	rm -rf .build demo
