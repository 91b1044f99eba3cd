/** 256 plain words, one per byte: short, concrete, far apart in sound. Part of the protocol: the order is fixed. */
export const words: readonly string[] = `
  acorn actor album alley amber anchor angel ankle apple apron arrow atlas attic autumn bacon badge
  bagel bamboo banjo barrel basil basket beach beaver bell bicycle biscuit blanket bonfire bottle
  branch breeze brick bridge bronze bubble bucket buffalo button cabin cactus camel candle canoe
  canyon captain carbon carpet carrot castle cedar cello chalk cherry chess chimney cider cinema
  circus clover cobra coconut comet compass copper coral cotton cradle crater cricket crown crystal
  cuckoo cushion dagger daisy desert diamond dolphin domino donkey dragon drum eagle echo elbow ember
  emerald engine falcon feather fender ferry fiddle finger flame flamingo flannel forest fossil
  fountain fox galaxy garden garlic gazelle geyser ginger giraffe glacier glove goblet gorilla granite
  grape guitar gull hammer harbor harvest hawk hazel helmet heron hockey honey hornet igloo indigo ink
  iron island ivory jacket jaguar jasmine jelly jigsaw jungle juniper kayak kettle kiwi ladder lagoon
  lantern laser lava lemon lentil lizard lobster locket lotus lunar magnet mango maple marble meadow
  melon meteor mirror mitten monkey moose mosaic muffin mustard napkin nectar needle nickel noodle
  nutmeg oasis ocean octopus olive onion opal orbit orchid otter oven owl oyster paddle panda papaya
  parrot pebble pelican pencil pepper piano pickle pillow pilot pirate planet plum pocket pollen pony
  poppy potato prairie puffin pumpkin puzzle quartz quilt rabbit radar raven ribbon river robin rocket
  saddle saffron salmon sandal sapphire saturn shadow shovel silver sparrow spider spinach squid
  stable stapler sunset tadpole tango teapot thistle thunder tiger toffee tomato topaz tower trumpet
  tulip tunnel turtle vanilla velvet violin walnut willow zebra
`
  .trim()
  .split(/\s+/)
