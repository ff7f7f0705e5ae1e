# Two commands do everything on a fresh Debian or Ubuntu machine with a Swift toolchain: make demo, make test.

PACKAGES := pkg-config libyaml-dev libopenblas-dev libturbojpeg0-dev libpng-dev zlib1g-dev
MODEL    ?= yolov9-t
PICTURE  ?= Tests/Fixtures/images/street.png
GELAN    := .build/release/gelan

.PHONY: demo test fuzz build setup format lint clean

demo: build
	@mkdir -p demo
	@echo "== 1. what the model is: gelan info models-yaml/$(MODEL).yaml"
	@$(GELAN) info models-yaml/$(MODEL).yaml
	@echo
	@echo "== 2. the plan: gelan compile, with random weights (seed 3), since no trained ones come with this repository"
	@$(GELAN) compile models-yaml/$(MODEL).yaml --random-weights 3 -o demo/$(MODEL).plan
	@echo
	@echo "== 3. the plan at work: gelan detect on $(PICTURE)"
	@echo "   (random weights: the boxes show that everything runs, not what is in the picture)"
	@$(GELAN) detect demo/$(MODEL).plan $(PICTURE) --input 480x640 --conf 0.5 --iou 0.2 \
	  --max-detections 5 --save demo
	@echo
	@echo "plan:    demo/$(MODEL).plan"
	@echo "picture: demo/$(basename $(notdir $(PICTURE))).png"
	@echo "With weights of your own: $(GELAN) compile MODEL.yaml --weights WEIGHTS.safetensors -o MODEL.plan"

test: setup
	swift test

# Not part of make test: bytes as models, as expressions, as plans and as checkpoints, and mutants of every model file. Tests/Fuzz/fuzz.sh says more.
SECONDS_EACH ?= 300
MUTANTS      ?= 100000
fuzz: setup
	Tests/Fuzz/fuzz.sh model $(SECONDS_EACH)
	Tests/Fuzz/fuzz.sh expression $(SECONDS_EACH)
	Tests/Fuzz/fuzz.sh plan $(SECONDS_EACH)
	Tests/Fuzz/fuzz.sh checkpoint $(SECONDS_EACH)
	GELAN_MUTANTS=$(MUTANTS) swift test -c release -Xswiftc -enable-testing --scratch-path .build/mutants \
	  --filter CompilerTests.MutationTests

build: setup
	swift build -c release --product gelan

# Installs what is missing, and nothing when all is there.
setup:
	@command -v swift >/dev/null || { echo "A Swift 6 toolchain is needed: https://www.swift.org/install/linux"; exit 1; }
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
	swift format lint --strict --recursive Package.swift Sources

clean:
	rm -rf .build demo
